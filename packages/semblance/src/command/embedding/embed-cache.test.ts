import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runForDocument } from "../../../fixtures/command-run.ts";
import { temporaryFolder } from "../../../fixtures/temporary-folder.ts";
import { folderWithPairs, tinyModel } from "../../../fixtures/tiny-model.ts";

const vectorsIn = (output: string) => readFileSync(join(output, "img_emb/img_emb_0.npy"), "base64");

test("photos that were embedded before come out of the cache, whatever their names are", async () => {
  const [first, second, cache] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  const folder = folderWithPairs();
  const embed = (output: string) =>
    runForDocument(
      ...["embed", "-m", tinyModel, "-o", output, "--cache", cache],
      ...["--images", join(folder, "*.{jpg,png}")],
    );
  expect((await embed(first)).document).toMatchObject({ images: 4, cache: { hits: 0, misses: 4 } });
  expect((await embed(second)).document).toMatchObject({
    images: 4,
    cache: { hits: 4, misses: 0 },
  });
  expect(vectorsIn(second)).toBe(vectorsIn(first));
});

test("a cache that cannot be used is an error that says so", async () => {
  const folder = folderWithPairs();
  const cache = join(folder, "file");
  writeFileSync(cache, "");
  const { exitCode, document } = await runForDocument(
    ...["embed", "-m", tinyModel, "-o", temporaryFolder(), "--cache", cache],
    ...["--images", join(folder, "*.jpg")],
  );
  expect(exitCode).toBe(1);
  expect(document.error).toMatchObject({ code: "EMBEDDING_CACHE_UNUSABLE" });
});
