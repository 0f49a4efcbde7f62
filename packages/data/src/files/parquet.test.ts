import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeDataset } from "../../fixtures/describe-dataset.ts";
import { temporaryFile } from "../../fixtures/temporary-file.ts";
import { createParquetReader } from "./parquet.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/files");

test("reads pictures and lists of captions as Hugging Face stores them", async () => {
  await using cache = await temporaryFile("a", "");
  const dataset = await createParquetReader({ cacheFolder: cache.folder }).read(
    join(fixtures, "parquet"),
  );

  expect(await describeDataset(dataset, cache.folder)).toMatchObject({
    texts: ["1: red @test", "2: fire @test", "3: green @test", "5: again red @test"],
    judgements: [
      "1 red.png 1",
      "2 red.png 1",
      "3 3c3ae991d34118987b45080965653e67 1",
      "5 red.png 1",
    ],
    failures: ["2 EMPTY_CELL", "4 EMPTY_CELL"],
  });
  const images = await Array.fromAsync(dataset.items("image"));
  expect(images).toMatchObject([
    { id: "red.png", metadata: { height: 2 } },
    { id: "3c3ae991d34118987b45080965653e67" },
  ]);
  const bytes = await readFile(images[0]?.content[0] ?? "");
  expect(bytes.subarray(1, 4).toString()).toBe("PNG");
});

test.each(["snappy", "gzip", "zstd", "brotli", "none"])(
  "reads a table of paths compressed with %s, over several row groups",
  async (name) => {
    const folder = join(fixtures, "compressed");
    const dataset = await createParquetReader().read(join(folder, `${name}.parquet`));

    expect(dataset.splits).toEqual(["dev", "test"]);
    expect(await describeDataset(dataset, folder)).toEqual({
      images: ["1: a.jpg @dev", "1099511627776: b.jpg @test"],
      texts: ["one: one @dev", "two: two @dev", "three: three @test"],
      judgements: ["one 1 1", "two 1 0.5", "three 1099511627776 2"],
      failures: ["3 EMPTY_CELL"],
    });
  },
);

test("reads lists of pictures, which show one thing", async () => {
  await using cache = await temporaryFile("a", "");
  const dataset = await createParquetReader({ cacheFolder: cache.folder }).read(
    join(fixtures, "compressed/lists.parquet"),
  );

  const images = await Array.fromAsync(dataset.items("image"));
  expect(images.map(({ id, content }) => [id, content.length])).toEqual([
    ["red.png", 1],
    ["3c3ae991d34118987b45080965653e67", 1],
    ["blue.png", 1],
  ]);
  expect(dataset.failures).toMatchObject([{ index: 2, code: "EMPTY_CELL" }]);
});

test("takes columns by name, and refuses those that there are not", async () => {
  const file = join(fixtures, "compressed/none.parquet");
  const read = (columns: Record<string, string>) => createParquetReader().read(file, { columns });

  const swapped = await read({ image: "text", caption: "filepath" });
  expect((await describeDataset(swapped, fixtures)).texts[0]).toBe("a.jpg: a.jpg @dev");
  await expect(read({ caption: "title" })).rejects.toMatchObject({
    code: "COLUMN_NOT_FOUND",
    message: expect.stringContaining('no column "title"; its columns are filepath, text'),
  });
  await expect(read({ title: "text" })).rejects.toMatchObject({ code: "COLUMN_ROLE_UNKNOWN" });
});

test("refuses a damaged file and leaves nothing of it behind", async () => {
  await using cache = await temporaryFile("a", "");
  const whole = await readFile(join(fixtures, "parquet/test-00000-of-00001.parquet"));
  const damaged = Buffer.from(whole).fill(0xff, 20, 120);
  await using file = await temporaryFile("cut.parquet", whole.subarray(0, 900));
  await file.add("damaged.parquet", damaged);
  await file.add("text.parquet", "image,caption\n");

  const reader = createParquetReader({ cacheFolder: cache.folder });
  for (const name of ["cut.parquet", "damaged.parquet", "text.parquet"]) {
    await expect(reader.read(join(file.folder, name)), name).rejects.toMatchObject({
      code: "PARQUET_INVALID",
    });
  }
  expect(await cache.list()).toEqual(["a"]);
});
