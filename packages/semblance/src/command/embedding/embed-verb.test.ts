import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeNpy, decodeNpyEmbeddings, rowOf } from "@semblance/core";
import { expect, test } from "vitest";
import { runCommand, runForDocument } from "../../../fixtures/command-run.ts";
import { readParquet } from "../../../fixtures/embed-output.ts";
import { temporaryFolder } from "../../../fixtures/temporary-folder.ts";
import { captions, folderWithPairs, pairs, tinyModel } from "../../../fixtures/tiny-model.ts";

const embed = (output: string, ...source: string[]) =>
  runForDocument("embed", "-m", tinyModel, "-o", output, ...source);

async function written(output: string, modality: "image" | "text") {
  const folder = modality === "image" ? "img_emb" : "text_emb";
  const bytes = readFileSync(join(output, folder, `${folder}_0.npy`));
  const rows = await readParquet(join(output, "metadata", `${modality}_0.parquet`));
  return { bytes, rows };
}

test("a table gives both sides, rows in order of first appearance", async () => {
  const folder = folderWithPairs({ "pairs.csv": pairs("rgb.jpg,once more") });
  const { exitCode, document } = await embed(folder, "-d", join(folder, "pairs.csv"));
  expect(exitCode).toBe(0);
  expect(document).toMatchObject({ schema: 1, failures: [], images: 4, texts: 5, dimension: 8 });
  const ids = [...Object.values(captions), "once more"];
  const { rows } = await written(folder, "text");
  expect(rows).toEqual(ids.map((id, row) => ({ row, index: row, id, text: id })));
  const names = Object.keys(captions);
  expect((await written(folder, "image")).rows).toEqual(
    names.map((id, row) => ({ row, index: row, id, path: join(folder, id) })),
  );
});

test("vectors are float32 rows of length 1", async () => {
  const folder = folderWithPairs();
  await embed(folder, "-d", join(folder, "pairs.csv"));
  const { bytes } = await written(folder, "image");
  expect(decodeNpy(bytes)).toMatchObject({ dtype: "<f4", shape: [4, 8] });
  const embeddings = decodeNpyEmbeddings(bytes);
  for (let row = 0; row < 4; row++) {
    expect(Math.hypot(...rowOf(embeddings, row))).toBeCloseTo(1, 6);
  }
});

test("photos by pattern are sorted by path, and are the same vectors as in a table", async () => {
  const folder = folderWithPairs();
  const output = temporaryFolder();
  const { document } = await embed(
    output,
    "--images",
    join(folder, "*.jpg"),
    join(folder, "*.png"),
  );
  expect(document).toMatchObject({ images: 4, failures: [] });
  const byPattern = await written(output, "image");
  const names = Object.keys(captions);
  const sorted = names.toSorted();
  expect(byPattern.rows.map(({ id }) => id)).toEqual(sorted.map((name) => join(folder, name)));
  await embed(folder, "-d", join(folder, "pairs.csv"));
  const inTable = decodeNpyEmbeddings((await written(folder, "image")).bytes);
  const own = decodeNpyEmbeddings(byPattern.bytes);
  for (const [row, name] of sorted.entries()) {
    expect(rowOf(own, row)).toEqual(rowOf(inTable, names.indexOf(name)));
  }
});

test("a bad file is one failure, and the rows stay in step with the listing", async () => {
  const folder = folderWithPairs({ "broken.jpg": "no picture", "z.jpg": "neither" });
  const output = temporaryFolder();
  const { exitCode, document } = await embed(output, "--images", join(folder, "*.jpg"));
  expect(exitCode).toBe(0);
  expect(document.failures.map(({ code }) => code)).toEqual([
    "IMAGE_UNREADABLE",
    "IMAGE_UNREADABLE",
  ]);
  const { bytes, rows } = await written(output, "image");
  expect(decodeNpy(bytes).shape).toEqual([3, 8]);
  expect(rows.map(({ row, index }) => [row, index])).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
  ]);
  expect(rows[0]?.id).toContain("grey.jpg");
});

test("when no file works the exit code is 1, and the failures are listed", async () => {
  const folder = temporaryFolder({ "broken.jpg": "no picture" });
  const { exitCode, document } = await embed(folder, "--images", join(folder, "*.jpg"));
  expect(exitCode).toBe(1);
  expect(document.error.code).toBe("NOTHING_EMBEDDED");
  expect(document.failures).toHaveLength(1);
});

test("texts are the lines of a file", async () => {
  const folder = temporaryFolder({ "texts.txt": "two cats\na dog\ntwo cats\n" });
  const { document } = await embed(folder, "--texts", join(folder, "texts.txt"));
  expect(document).toMatchObject({ texts: 2 });
  expect(document).not.toHaveProperty("images");
  const { rows } = await written(folder, "text");
  expect(rows.map(({ id }) => id)).toEqual(["two cats", "a dog"]);
});

test("small batches give the same rows", async () => {
  const folder = folderWithPairs();
  const output = temporaryFolder();
  await embed(folder, "-d", join(folder, "pairs.csv"));
  await embed(output, "-d", join(folder, "pairs.csv"), "--batch-size", "1");
  for (const side of ["image", "text"] as const) {
    const [first, second] = [await written(output, side), await written(folder, side)];
    expect(first.rows).toEqual(second.rows);
    expect(largestDifference(first.bytes, second.bytes)).toBeLessThan(1e-6);
  }
});

function largestDifference(first: Uint8Array, second: Uint8Array): number {
  const others = decodeNpyEmbeddings(second).data;
  const gaps = decodeNpyEmbeddings(first).data.map((value, i) =>
    Math.abs(value - (others[i] ?? 0)),
  );
  return Math.max(...gaps);
}

test.each([
  [["--images", "nothing/*.jpg"], "NOTHING_MATCHES"],
  [["--texts", "nothing.txt"], "FILE_NOT_FOUND"],
  [["-d", "nothing.csv"], "FILE_NOT_FOUND"],
])("%j is one error", async (source, code) => {
  const { exitCode, document } = await embed(temporaryFolder(), ...source);
  expect([exitCode, document.error.code]).toEqual([1, code]);
});

test("a file without a text is one error", async () => {
  const folder = temporaryFolder({ "texts.txt": "\n\n" });
  const { exitCode, document } = await embed(folder, "--texts", join(folder, "texts.txt"));
  expect([exitCode, document.error.code]).toEqual([1, "NOTHING_TO_EMBED"]);
});

test("without --json a sentence says what was written", async () => {
  const folder = folderWithPairs();
  const source = ["-d", join(folder, "pairs.csv"), "--quiet"];
  const run = await runCommand("embed", "-m", tinyModel, "-o", folder, ...source);
  const stdout = `Wrote 4 images and 4 texts (8 dimensions) to ${folder}.\n`;
  expect(run).toEqual({ exitCode: 0, stdout, stderr: "" });
});
