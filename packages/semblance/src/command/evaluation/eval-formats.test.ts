import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeNpy } from "@semblance/core";
import { expect, test } from "vitest";
import { runCommand, runForDocument } from "../../../fixtures/command-run.ts";
import { temporaryFolder } from "../../../fixtures/temporary-folder.ts";
import { folderWithPairs, tinyModel } from "../../../fixtures/tiny-model.ts";

// Two images at right angles, and a third of training. Of the captions of "a" the second lies nearer to
// "b", and the third nearest of all.
const images = [1, 0, 0, 1, 1, 0];
const texts = [1, 0, 0.6, 0.8, 0, 1, 0, 1, 1, 0];
const splits = {
  dataset: "flickr8k",
  images: [
    {
      filename: "a.jpg",
      imgid: 0,
      split: "test",
      sentences: ["one", "two", "three"].map((raw, sentid) => ({ raw, sentid })),
    },
    { filename: "b.jpg", imgid: 1, split: "test", sentences: [{ raw: "four", sentid: 3 }] },
    { filename: "c.jpg", imgid: 2, split: "restval", sentences: [{ raw: "five", sentid: 4 }] },
  ],
};

function folderWithSplits() {
  const folder = temporaryFolder({ "dataset_flickr8k.json": JSON.stringify(splits) });
  for (const [name, rows] of Object.entries({ images, texts })) {
    const array = { data: Float32Array.from(rows), shape: [rows.length / 2, 2] };
    writeFileSync(join(folder, `${name}.npy`), encodeNpy(array));
  }
  return folder;
}

function evaluation(folder: string, ...more: string[]) {
  const at = (name: string) => join(folder, name);
  const embeddings = ["--image-embeddings", at("images.npy"), "--text-embeddings", at("texts.npy")];
  return ["eval", "-d", at("dataset_flickr8k.json"), ...embeddings, "--k", "1", ...more];
}

test("evaluates the test split of Karpathy's format", async () => {
  const { exitCode, document } = await runForDocument(...evaluation(folderWithSplits()));

  expect(exitCode).toBe(0);
  expect(document.dataset).toMatchObject({ split: "test", images: 2, texts: 4, pairs: 4 });
  expect(document.metrics["t2i.hit@1"]?.value).toBe(0.5);
  expect(document).toMatchObject({ protocol: { captionsPerImage: null, folds: null } });
});

test("--captions-per-image and --folds change figures, and the document says so", async () => {
  const folder = folderWithSplits();

  const limited = await runForDocument(...evaluation(folder, "--captions-per-image", "1"));
  expect(limited.document.dataset).toMatchObject({ texts: 2, pairs: 2 });
  expect(limited.document.metrics["t2i.hit@1"]?.value).toBe(1);
  const folded = await runForDocument(...evaluation(folder, "--folds", "2"));
  expect(folded.document.metrics["t2i.hit@1"]?.value).toBe(1);
  expect(folded.document).toMatchObject({ protocol: { captionsPerImage: null, folds: 2 } });
  const { stdout } = await runCommand(
    ...evaluation(folder, "--captions-per-image", "1", "--folds", "2"),
  );
  expect(stdout).toContain("at most 1 caption an image, ranked within 2 folds of the images");
});

test("verify repeats protocol and reader", async () => {
  const folder = folderWithSplits();
  const file = join(folder, "result.json");
  const protocol = ["--captions-per-image", "2", "--folds", "2", "--reader", "karpathy"];
  const { exitCode } = await runCommand(...evaluation(folder, ...protocol, "-o", file));

  expect(exitCode).toBe(0);
  const { document } = await runForDocument("verify", file);
  expect(document).toMatchObject({
    verified: true,
    manifest: { captionsPerImage: 2, folds: 2, reader: "karpathy" },
  });
});

test("--reader says what cannot be told, and has to be known", async () => {
  const folder = folderWithSplits();

  const asTable = await runForDocument(...evaluation(folder, "--reader", "table"));
  expect([asTable.exitCode, asTable.document.error.code]).toEqual([1, "UNKNOWN_FORMAT"]);
  expect((await runCommand(...evaluation(folder, "--reader", "cards"))).exitCode).toBe(2);
  expect((await runCommand(...evaluation(folder, "--folds", "1"))).exitCode).toBe(2);
});

test("embed takes the images of a format", async () => {
  const folder = folderWithPairs();
  mkdirSync(join(folder, "lists"));
  writeFileSync(join(folder, "lists/tiny.token.txt"), "rgb.jpg#0\ta photo\ngrey.jpg#0\tgrey\n");
  const command = ["embed", "-m", tinyModel, "-d", join(folder, "lists/tiny.token.txt")];

  const { exitCode, document } = await runForDocument(...command, "-o", join(folder, "out"));

  expect([exitCode, document]).toMatchObject([
    0,
    { shards: [{ rows: 2 }, { rows: 2 }], failureCount: 0 },
  ]);
});
