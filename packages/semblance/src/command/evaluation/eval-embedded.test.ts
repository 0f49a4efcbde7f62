import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runForDocument } from "../../../fixtures/command-run.ts";
import { temporaryFolder } from "../../../fixtures/temporary-folder.ts";
import { folderWithPairs, pairs, tinyModel } from "../../../fixtures/tiny-model.ts";

async function embedAndEval(folder: string, table: string) {
  const output = temporaryFolder();
  await runForDocument("embed", "-m", tinyModel, "-d", join(folder, "pairs.csv"), "-o", output);
  writeFileSync(join(folder, "pairs.csv"), table);
  const vectors = ["--image-embeddings", join(output, "img_emb/img_emb_0.npy")];
  vectors.push("--text-embeddings", join(output, "text_emb/text_emb_0.npy"));
  return runForDocument("eval", ...vectors, "-d", join(folder, "pairs.csv"));
}

const withBroken = pairs("broken.jpg,a photo that is none");

test("what embed wrote of a table with a bad image is evaluated as the model itself is", async () => {
  const folder = folderWithPairs({ "broken.jpg": "no picture", "pairs.csv": withBroken });
  const { exitCode, document } = await embedAndEval(folder, withBroken);
  expect(exitCode).toBe(0);
  expect(document.failures).toMatchObject([
    { code: "NOT_EMBEDDED", input: "broken.jpg", index: 4 },
  ]);
  const model = await runForDocument("eval", "-m", tinyModel, "-d", join(folder, "pairs.csv"));
  expect(document.dataset).toEqual(model.document.dataset);
  expect(document.metrics).toEqual(model.document.metrics);
});

test("vectors of items that the table does not have do not fit it", async () => {
  const { exitCode, document } = await embedAndEval(
    folderWithPairs(),
    pairs("more.jpg,one more").replace("grey.jpg", "other.jpg"),
  );
  expect([exitCode, document.error.code]).toEqual([1, "EMBEDDINGS_MISMATCH"]);
});
