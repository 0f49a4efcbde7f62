import { join } from "node:path";
import { asyncBufferFromFile, parquetMetadataAsync } from "hyparquet";
import { expect, test } from "vitest";
import { readParquet } from "../../fixtures/embed-output.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import {
  metadataCells,
  metadataColumns,
  type ParquetColumn,
  type ParquetRow,
  writeParquet,
} from "./parquet-file.ts";

const columns: ParquetColumn[] = [
  { name: "row", type: "INT64" },
  { name: "text", type: "STRING" },
];

async function write(rows: readonly ParquetRow[], own: readonly ParquetColumn[] = columns) {
  const path = join(temporaryFolder(), "rows.parquet");
  const stream = async function* () {
    yield* rows;
  };
  await writeParquet(path, own, stream());
  return path;
}

test("any text is read back as it was; half a surrogate pair as what UTF-8 has for it", async () => {
  const texts = ["", "a\nb", "🐈", "\u0000", "é".repeat(3000), "\ud83d"];
  const path = await write(texts.map((text, row) => ({ row: BigInt(row), text })));
  const found = await readParquet(path);
  expect(found.map(({ text }) => text)).toEqual([...texts.slice(0, -1), "\ufffd"]);
});

test("many rows are written in groups, and none is lost between them", async () => {
  const rows = Array.from({ length: 100_001 }, (_, i) => ({ row: BigInt(i), text: `text ${i}` }));
  const path = await write(rows);
  const { row_groups } = await parquetMetadataAsync(await asyncBufferFromFile(path));
  expect(row_groups.map(({ num_rows }) => num_rows)).toEqual([50_000n, 50_000n, 1n]);
  const found = await readParquet(path);
  expect(found.every(({ row, text }, i) => row === i && text === `text ${i}`)).toBe(true);
});

test("no rows are a table of the same columns", async () => {
  const path = await write([]);
  const { schema } = await parquetMetadataAsync(await asyncBufferFromFile(path));
  expect(schema.map(({ name }) => name)).toEqual(["root", "row", "text"]);
  expect(await readParquet(path)).toEqual([]);
});

test("metadata keeps its types, and gives way to the columns of rows", async () => {
  const more = metadataColumns(columns, { text: "STRING", width: "DOUBLE", isOld: "BOOLEAN" });
  const cells = (metadata: Record<string, string | number | boolean>) => ({
    row: 0n,
    text: "a cat",
    ...metadataCells(more, metadata),
  });
  const path = await write(
    [cells({ text: "b", width: 1.5, isOld: true }), cells({ text: 2 }), cells({})],
    [...columns, ...more],
  );
  expect(await readParquet(path)).toEqual([
    { row: 0, text: "a cat", metadata_text: "b", width: 1.5, isOld: true },
    { row: 0, text: "a cat", metadata_text: "2", width: null, isOld: null },
    { row: 0, text: "a cat", metadata_text: null, width: null, isOld: null },
  ]);
});
