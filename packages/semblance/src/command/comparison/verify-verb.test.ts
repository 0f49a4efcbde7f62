import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeNpy } from "@semblance/core";
import { expect, test } from "vitest";
import { runCommand, runForDocument } from "../../../fixtures/command-run.ts";
import { temporaryFolder } from "../../../fixtures/temporary-folder.ts";
import { folderWithPairs, tinyModel } from "../../../fixtures/tiny-model.ts";

/** A result over embeddings: as quick to make as to read. */
async function evaluated() {
  const table = "image,caption\na.jpg,right\nb.jpg,wrong\n";
  const folder = temporaryFolder({ "pairs.csv": table, "same/pairs.csv": table });
  const [images, texts] = [join(folder, "images.npy"), join(folder, "texts.npy")];
  writeVectors(images, [1, 0, 0, 1]);
  writeVectors(texts, [1, 0, 0.8, 0.6]);
  const vectors = ["--image-embeddings", images, "--text-embeddings", texts];
  const file = join(folder, "result.json");
  const data = ["-d", join(folder, "pairs.csv"), "--k", "1,2"];
  await runCommand("eval", ...data, ...vectors, "-o", file);
  return { folder, texts, table: join(folder, "pairs.csv"), file };
}

function writeVectors(file: string, rows: readonly number[]): void {
  writeFileSync(file, encodeNpy({ data: Float32Array.from(rows), shape: [2, 2] }));
}

const verify = (...parameters: string[]) => runForDocument("verify", ...parameters);

test("data or a model that lie elsewhere now: the message says how to name them", async () => {
  const { folder, file } = await evaluated();
  renameSync(join(folder, "pairs.csv"), join(folder, "moved.csv"));
  const { exitCode, document } = await verify(file);
  expect([exitCode, document.error.code]).toEqual([1, "FILE_NOT_FOUND"]);
  expect(document.error.fix).toContain("--data");
  expect((await verify(file, "-d", join(folder, "moved.csv"))).document.error).toBeUndefined();
});

/** What the document says of differences, by their path. */
function differencesIn(stdout: string): string[] {
  const { differences } = JSON.parse(stdout);
  return differences.map(({ what }: { what: string }) => what);
}

interface EditedDocument {
  readonly metrics: Record<string, { value: number; n: number } | undefined>;
  readonly model: Record<string, unknown>;
  readonly protocol: Record<string, unknown>;
  manifest?: unknown;
}

/** Writes the document anew with other text in it. */
function rewrite(file: string, edit: (document: EditedDocument) => void) {
  const document = JSON.parse(readFileSync(file, "utf8"));
  edit(document);
  writeFileSync(file, JSON.stringify(document));
}

test("a model's result that comes out again is verified, intervals and all", async () => {
  const folder = folderWithPairs();
  const file = join(folder, "result.json");
  await runCommand("eval", "-m", tinyModel, "-d", join(folder, "pairs.csv"), "-o", file);
  const { exitCode, document } = await verify(file);
  expect(exitCode).toBe(0);
  expect(document).toMatchObject({ schema: 1, verified: true, differences: [], tolerance: 1e-6 });
  expect(document.metrics["t2i.hit@1"]?.ci95).toHaveLength(2);
});

test("people are told what was verified", async () => {
  const { file } = await evaluated();
  const { exitCode, stdout } = await runCommand("verify", file);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^Verified: \d+ metrics, the gallery and the model are as .* says/);
});

test("other data are another gallery: exit code 1, and what differs", async () => {
  const { table, file } = await evaluated();
  writeFileSync(table, "image,caption\na.jpg,right\nb.jpg,other\n");
  const { exitCode, stdout, document } = await verify(file);
  expect([exitCode, document]).toEqual([1, expect.objectContaining({ verified: false })]);
  expect(differencesIn(stdout)).toContain("dataset.galleryHash");
  const { exitCode: code, stdout: text } = await runCommand("verify", file);
  expect(code).toBe(1);
  expect(text).toMatch(/^Not verified: \d+ figures or facts differ\./);
});

test("other vectors for the same items are found by their hash and by the figures", async () => {
  const { texts, file } = await evaluated();
  writeVectors(texts, [1, 0, 0.6, 0.8]);
  const { exitCode, stdout } = await verify(file);
  expect(exitCode).toBe(1);
  expect(differencesIn(stdout)).toContain("model.sha256");
  expect(differencesIn(stdout)).toContain("metrics.t2i.hit@1.value");
  expect(differencesIn(stdout)).not.toContain("dataset.galleryHash");
});

test("a figure may be off by the tolerance and no more", async () => {
  const { file } = await evaluated();
  rewrite(file, ({ metrics }) => {
    const { value = 0, ...rest } = metrics["t2i.hit@2"] ?? { n: 0 };
    metrics["t2i.hit@2"] = { ...rest, value: value + 1e-4 };
  });
  const { exitCode, stdout } = await verify(file);
  expect([exitCode, differencesIn(stdout)]).toEqual([1, ["metrics.t2i.hit@2.value"]]);
  expect((await verify(file, "--tolerance", "1e-3")).exitCode).toBe(0);
});

test("another model, protocol or precision is named", async () => {
  const { file } = await evaluated();
  rewrite(file, ({ model, protocol, metrics }) => {
    model.sha256 = "1".repeat(64);
    protocol.similarity = "dot";
    delete metrics["i2t.map@2"];
  });
  const { stdout } = await verify(file);
  expect(differencesIn(stdout)).toEqual([
    "model.sha256",
    "protocol.similarity",
    "metrics.i2t.map@2",
  ]);
});

test("-d and -m say where data and model lie now", async () => {
  const { folder, table, file } = await evaluated();
  const elsewhere = join(folder, "same", "pairs.csv");
  writeFileSync(table, "");
  expect((await verify(file, "-d", elsewhere)).exitCode).toBe(0);
  const { exitCode, document } = await verify(file, "-d", elsewhere, "-m", join(folder, "none"));
  expect([exitCode, document.error.code]).toEqual([1, "MODEL_NOT_FOUND"]);
});

test("a document without a manifest cannot be run again", async () => {
  const { file } = await evaluated();
  rewrite(file, (document) => {
    delete document.manifest;
  });
  const { exitCode, document } = await verify(file);
  expect([exitCode, document.error.code]).toEqual([1, "MANIFEST_INVALID"]);
});

test("a file that is no result, or a tolerance that is none, is refused", async () => {
  const file = join(temporaryFolder({ "result.json": "[]" }), "result.json");
  const { exitCode, document } = await verify(file);
  expect([exitCode, document.error.code]).toEqual([1, "RESULT_INVALID"]);
  expect((await verify(file, "--tolerance", "2")).exitCode).toBe(2);
});
