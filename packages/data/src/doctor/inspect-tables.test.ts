import { expect, test } from "vitest";
import { clean, inspect, pictures, type Row, toTable } from "../../fixtures/inspect-rows.ts";
import { pictureFolder } from "../../fixtures/picture-folder.ts";
import { createPpmDecoder } from "../../fixtures/plain-pictures.ts";
import { inspectTables } from "./inspect-tables.ts";

test("of several tables, each without splits is one, and rows count by table", async () => {
  await using files = await pictureFolder(pictures);
  const rows = clean.map(({ split: _, ...row }) => row);
  const [train, test] = [rows.slice(0, 3), [...rows.slice(3), { ...rows[0], caption: "New." }]];
  const tables = [
    toTable(train, { source: "train.csv", baseFolder: files.folder }),
    toTable(test, { source: "test.csv", baseFolder: files.folder }),
  ];
  const { findings, rowsAtFault } = await inspectTables(tables, { decoder: createPpmDecoder() });

  expect(findings.map(({ kind }) => kind)).toEqual(["image-across-splits"]);
  expect(findings[0]?.items).toEqual([
    expect.objectContaining({ row: 0, file: "train.csv", split: "train" }),
    expect.objectContaining({ row: 1, file: "test.csv", split: "test" }),
  ]);
  expect(rowsAtFault).toEqual([[0, 1], []]);
});

test("ids of two tables have nothing to do with each other", async () => {
  await using files = await pictureFolder(pictures);
  const table = (source: string, row: Row) =>
    toTable([{ caption_id: 1, ...row }], { source, baseFolder: files.folder });
  const tables = [
    table("train.csv", { image: "a.ppm", caption: "A dog.", relevance: 1 }),
    table("test.csv", { image: "b.ppm", caption: "Two cats.", relevance: 0 }),
  ];
  const { findings } = await inspectTables(tables);
  expect(findings.map(({ kind }) => kind)).toEqual([
    "image-without-caption",
    "caption-without-image",
  ]);
});

test("looks at one split alone, and refuses one that there is not", async () => {
  const leak = { ...clean[3], caption: "Two cats." };
  const { counts, findings } = await inspect([...clean, leak], { split: "test" });
  expect(findings).toEqual([]);
  expect(counts).toMatchObject({ rows: 2, images: 1, captions: 2, splits: 1 });
  await expect(inspect(clean, { split: "dev" })).rejects.toMatchObject({ code: "SPLIT_NOT_FOUND" });
});

test("lists no more items than asked for, and counts them all", async () => {
  const rows = Array.from({ length: 5 }, (_, i) => ({ image: `lost-${i}.ppm`, caption: `${i}` }));
  const { findings } = await inspect(rows, { maxItems: 2, mendCommand: "mend it" });
  expect(findings[0]).toMatchObject({
    kind: "missing-image",
    count: 5,
    message: "5 images are not there.",
  });
  expect(findings[0]?.items).toHaveLength(2);
  expect(findings[0]?.fix).toMatch(/--base-folder .*: mend it$/);
});

test("refuses limits that are no whole numbers", async () => {
  for (const limit of [0, -1, 1.5, Number.NaN]) {
    await expect(inspect(clean, { maxItems: limit })).rejects.toThrow(RangeError);
  }
});

test("reports progress, and stops when it is aborted", async () => {
  const seen: number[] = [];
  await inspect(clean, { onProgress: ({ done }) => seen.push(done) });
  expect(seen).toEqual([1, 2, 3]);
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(inspect(clean, { signal })).rejects.toThrow("enough");
});
