import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeNpyEmbeddings } from "@semblance/core";
import { expect, test } from "vitest";
import { embed, filesIn, folderWithTexts, readParquet } from "../../../fixtures/embed-output.ts";
import { temporaryFolder } from "../../../fixtures/temporary-folder.ts";
import { folderWithPairs, pairs } from "../../../fixtures/tiny-model.ts";

function manifestOf(output: string) {
  return JSON.parse(readFileSync(join(output, "manifest.json"), "utf8"));
}

function failuresOf(output: string) {
  const lines = readFileSync(join(output, "failures.jsonl"), "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line));
}

const vectorsAt = (path: string) => decodeNpyEmbeddings(readFileSync(path)).data;

test("rows go to shards of the size asked for, which joined are the whole", async () => {
  const folder = folderWithTexts(25);
  const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
  const source = ["--texts", join(folder, "texts.txt")];
  await embed(whole, ...source);
  const { document } = await embed(parts, ...source, "--rows-per-shard", "10");
  const shards = [0, 1, 2].map((n) => vectorsAt(join(parts, `text_emb/text_emb_${n}.npy`)));
  expect(shards.flatMap((data) => [...data])).toEqual([
    ...vectorsAt(join(whole, "text_emb/text_emb_0.npy")),
  ]);
  const rows = await Promise.all(
    [0, 1, 2].map((n) => readParquet(join(parts, `metadata/text_${n}.parquet`))),
  );
  expect(rows.map((part) => part.map(({ row }) => row).at(-1))).toEqual([9, 19, 24]);
  expect(document).toMatchObject({ shards: [{ rows: 10 }, { rows: 10 }, { rows: 5 }] });
});

test("the manifest names model, input, options and every file with its hash", async () => {
  const folder = folderWithPairs({ "broken.jpg": "no picture" });
  writeFileSync(join(folder, "pairs.csv"), pairs("broken.jpg,a photo", ",nothing"));
  const output = temporaryFolder();
  const { document } = await embed(output, "-d", join(folder, "pairs.csv"));
  const manifest = manifestOf(output);
  expect(document).toMatchObject({ manifest: join(output, "manifest.json"), failureCount: 2 });
  expect(manifest).toMatchObject({
    schema: 1,
    model: { name: "tiny-clip", dtype: "fp32", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    source: { kind: "data", file: join(folder, "pairs.csv") },
    input: { image: { items: 5, start: 0, end: 5 }, text: { items: 4 } },
    counts: { images: 4, texts: 4, failures: 2, truncated: 0 },
    dimension: 8,
  });
  const described = manifest.shards.flatMap(({ files }: { files: Record<string, object> }) =>
    Object.entries(files),
  );
  const written = Object.entries(filesIn(output)).filter(([name]) => /npy|parquet/.test(name));
  expect(Object.fromEntries(described)).toMatchObject(
    Object.fromEntries(written.map(([name, sha256]) => [name, { sha256 }])),
  );
  expect(described).toHaveLength(4);
});

test("failures have a line each: the table's rows, then images by their place in the input", async () => {
  const folder = folderWithPairs({ "broken.jpg": "no picture" });
  writeFileSync(join(folder, "pairs.csv"), pairs("broken.jpg,a photo", ",nothing"));
  const { document } = await embed(join(folder, "out"), "-d", join(folder, "pairs.csv"));
  const failures = failuresOf(join(folder, "out"));
  expect(failures).toMatchObject([
    { index: 5, code: "EMPTY_CELL" },
    { modality: "image", index: 4, code: "IMAGE_UNREADABLE", input: join(folder, "broken.jpg") },
  ]);
  expect(document.failures).toEqual(failures);
});

test("of many failures the document lists the first thousand, and says how many there are", async () => {
  const folder = folderWithPairs();
  const missing = Array.from({ length: 1200 }, (_, i) => `missing-${i}.jpg,caption ${i % 3}`);
  writeFileSync(join(folder, "pairs.csv"), pairs(...missing));
  const { document } = await embed(join(folder, "out"), "-d", join(folder, "pairs.csv"));
  expect(document.failures).toHaveLength(1000);
  expect(document).toMatchObject({ failureCount: 1200, images: 4 });
  expect(failuresOf(join(folder, "out"))).toHaveLength(1200);
});

test("shards of several machines, one behind the other, are the whole", async () => {
  const folder = folderWithTexts(9000);
  const source = ["--texts", join(folder, "texts.txt")];
  await embed(join(folder, "whole"), ...source);
  const vectors: number[] = [];
  const indices: unknown[] = [];
  for (const shard of ["1/2", "2/2"]) {
    const output = join(folder, shard.replace("/", "-"));
    await embed(output, ...source, "--shard", shard);
    vectors.push(...vectorsAt(join(output, "text_emb/text_emb_0.npy")));
    const rows = await readParquet(join(output, "metadata/text_0.parquet"));
    indices.push(...rows.map(({ index }) => index));
    expect(rows[0]?.row).toBe(0);
  }
  expect(vectors).toEqual([...vectorsAt(join(folder, "whole/text_emb/text_emb_0.npy"))]);
  expect(indices).toEqual(Array.from({ length: 9000 }, (_, i) => i));
});

test("a machine without an item is told so", async () => {
  const folder = folderWithTexts(2);
  const source = ["--texts", join(folder, "texts.txt"), "--shard", "1/3"];
  const { exitCode, document } = await embed(join(folder, "out"), ...source);
  expect([exitCode, document.error.code]).toEqual([1, "NOTHING_TO_EMBED"]);
  expect(document.error.message).toContain("machine 1 of 3");
});
