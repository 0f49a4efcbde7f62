import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeNpy } from "@semblance/core";
import { expect, test } from "vitest";
import { runCommand, runForDocument } from "../../../fixtures/command-run.ts";
import { temporaryFolder } from "../../../fixtures/temporary-folder.ts";

// Two images at right angles. The second caption of "a" lies nearer to "b": by hand, its rank is 2.
const images = [1, 0, 0, 1];
const texts = [1, 0, 0.6, 0.8, 0, 1];
const table = "photo,title,grade\na.jpg,right,1\na.jpg,wrong,1\nb.jpg,other,1\n";
const columns = ["--columns", "image=photo,caption=title"];

function folderWith(files: Readonly<Record<string, string>>, textRows = texts) {
  const folder = temporaryFolder(files);
  const write = (name: string, rows: readonly number[], dimension = 2) => {
    const shape = [rows.length / dimension, dimension];
    writeFileSync(join(folder, name), encodeNpy({ data: Float32Array.from(rows), shape }));
  };
  write("images.npy", images);
  write("texts.npy", textRows);
  write("flat.npy", [1, 2, 3], 3);
  return folder;
}

function evaluation(folder: string, ...more: string[]): string[] {
  const at = (name: string) => join(folder, name);
  const data = ["eval", "-d", at("pairs.csv")];
  return [
    ...data,
    "--image-embeddings",
    at("images.npy"),
    "--text-embeddings",
    at("texts.npy"),
    ...more,
  ];
}

test("figures are those worked out by hand, in both directions", async () => {
  const folder = folderWith({ "pairs.csv": table });
  const { exitCode, document } = await runForDocument(
    ...evaluation(folder, ...columns, "--k", "1,2"),
  );
  expect(exitCode).toBe(0);
  const values = Object.entries(document.metrics).map(([name, { value }]) => [name, value]);
  expect(Object.fromEntries(values)).toMatchObject({
    "t2i.hit@1": 2 / 3,
    "t2i.hit@2": 1,
    "t2i.mrr@2": expect.closeTo(5 / 6, 12),
    "t2i.medr": 1,
    "t2i.meanr": expect.closeTo(4 / 3, 12),
    "i2t.hit@1": 1,
    "i2t.recall@1": 0.75,
    "i2t.recall@2": 1,
    "i2t.precision@2": 0.75,
  });
  expect(document.metrics).not.toHaveProperty("rsum");
});

test("the document says what was evaluated, and how", async () => {
  const { document } = await runForDocument(
    ...evaluation(folderWith({ "pairs.csv": table }), ...columns),
  );
  expect(document).toMatchObject({
    schema: 1,
    dataset: { name: "pairs", split: null, images: 2, texts: 3, pairs: 3 },
    model: { id: null, name: "embeddings", dtype: null, sha256: expect.stringMatching(/^.{64}$/) },
    protocol: { ties: "expected", similarity: "cosine", prompt: null },
    failures: [],
    manifest: { k: [1, 5, 10], seed: 0, columns: { image: "photo", caption: "title" } },
  });
  expect(document.metrics["t2i.hit@1"]).toMatchObject({ n: 3, ci95: [expect.any(Number), 1] });
});

test("--no-ci leaves intervals out", async () => {
  const folder = folderWith({ "pairs.csv": table });
  const { document } = await runForDocument(...evaluation(folder, ...columns, "--no-ci"));
  expect(document.metrics["t2i.hit@1"]).toEqual({ value: 2 / 3, n: 3 });
});

test("--label names the relevance column", async () => {
  const graded = table.replace("wrong,1", "wrong,0");
  const folder = folderWith({ "pairs.csv": graded });
  const { document } = await runForDocument(...evaluation(folder, ...columns, "--label", "grade"));
  expect(document.dataset.pairs).toBe(2);
  expect(document.metrics["t2i.hit@1"]?.value).toBe(1);
});

const splits = "image,caption,split\na.jpg,right,test\na.jpg,wrong,train\nb.jpg,other,test\n";

test("a table with splits is evaluated on test, which is said", async () => {
  const { document, stderr } = await runForDocument(
    ...evaluation(folderWith({ "pairs.csv": splits })),
  );
  expect(document.dataset).toMatchObject({ split: "test", images: 2, texts: 2 });
  expect(document.metrics["t2i.hit@1"]?.value).toBe(1);
  expect(stderr).toContain('the split "test", of test, train; --split names one.');
});

test("--split chooses; a split that there is not is one error", async () => {
  const folder = folderWith({ "pairs.csv": splits });
  const chosen = await runForDocument(...evaluation(folder, "--split", "train"));
  expect(chosen.document.dataset).toMatchObject({ split: "train", images: 1, texts: 1 });
  const { exitCode, document } = await runForDocument(...evaluation(folder, "--split", "dev"));
  expect(exitCode).toBe(1);
  expect(document.error).toMatchObject({ code: "SPLIT_NOT_FOUND" });
});

test("splits without a test split are evaluated together, which is said", async () => {
  const folder = folderWith({ "pairs.csv": splits.replaceAll(",test", ",val") });
  const { document, stderr } = await runForDocument(...evaluation(folder));
  expect(document.dataset).toMatchObject({ split: null, texts: 3 });
  expect(stderr).toContain("all splits together");
});

test.each([
  [{ "pairs.csv": "image,title\na.jpg,x\n" }, "COLUMN_NOT_FOUND", '"title"'],
  [{ "pairs.csv": "image,caption\n" }, "TABLE_EMPTY", "pairs.csv"],
  [{ "pairs.csv": "" }, "TABLE_EMPTY", "pairs.csv"],
  [{ "pairs.csv": "image,caption\na.jpg,x\n" }, "EMBEDDINGS_MISMATCH", "2 image embeddings"],
  [{}, "FILE_NOT_FOUND", "pairs.csv"],
])("data that cannot be used is one error: %j", async (files, code, hint) => {
  const { exitCode, document, stderr } = await runForDocument(...evaluation(folderWith(files)));
  expect(exitCode).toBe(1);
  expect(document).toMatchObject({ schema: 1, failures: [], error: { code } });
  expect(document.error.message).toContain(hint);
  expect(document.error.fix).toMatch(/\w/);
  expect(stderr).toBe(`Error: ${document.error.message}\n${document.error.fix}\n`);
});

test.each([
  ["pairs.csv", "NPY_INVALID"],
  ["missing.npy", "FILE_NOT_FOUND"],
  ["flat.npy", "EMBEDDINGS_MISMATCH"],
])("embeddings in %s are one error that names what is wrong", async (name, code) => {
  const folder = folderWith({ "pairs.csv": table });
  const own = ["--text-embeddings", join(folder, name), ...columns];
  const { exitCode, stderr, document } = await runForDocument(...evaluation(folder, ...own));
  expect([exitCode, document.error.code]).toEqual([1, code]);
  expect(stderr).not.toMatch(/\n +at /);
});

test("a stack trace is shown with --verbose only", async () => {
  const folder = folderWith({});
  expect((await runCommand(...evaluation(folder))).stderr).not.toMatch(/\n +at /);
  expect((await runCommand(...evaluation(folder, "--verbose"))).stderr).toMatch(/\n +at /);
});

test("--quiet leaves nothing on stderr and the result on stdout", async () => {
  const { stdout, stderr } = await runCommand(
    ...evaluation(folderWith({ "pairs.csv": splits }), "--quiet"),
  );
  expect(stderr).toBe("");
  expect(stdout).toContain('embeddings on pairs, split "test": 2 images');
});
