import { resolve } from "node:path";
import type { Cell, Dataset, Table } from "@semblance/core";
import { expect, test } from "vitest";
import { temporaryFile } from "../../fixtures/temporary-file.ts";
import { datasetFromTable } from "./dataset-from-table.ts";
import { readTable } from "./read-table.ts";

const base = resolve("/photos");

function tableOf(columns: Record<string, readonly Cell[]>): Table {
  const length = Object.values(columns)[0]?.length ?? 0;
  return { columns, length, baseFolder: base, source: "pairs.csv" };
}

async function contentsOf(dataset: Dataset, split?: string) {
  const options = split === undefined ? {} : { split };
  const [images, texts, judgements] = await Promise.all([
    Array.fromAsync(dataset.items("image", options)),
    Array.fromAsync(dataset.items("text", options)),
    Array.fromAsync(dataset.judgements(options)),
  ]);
  return { images, texts, judgements };
}

test("joins many captions per image and many images per caption into items and judgements", async () => {
  const table = tableOf({ image: ["a.jpg", "a.jpg", "b.jpg"], caption: ["dog", "cat", "dog"] });

  const { images, texts, judgements } = await contentsOf(datasetFromTable(table));

  expect(images).toEqual([
    { id: "a.jpg", content: [resolve(base, "a.jpg")], metadata: {} },
    { id: "b.jpg", content: [resolve(base, "b.jpg")], metadata: {} },
  ]);
  expect(texts.map(({ id, content }) => [id, ...content])).toEqual([
    ["dog", "dog"],
    ["cat", "cat"],
  ]);
  expect(judgements).toEqual([
    { text: "dog", image: "a.jpg", relevance: 1 },
    { text: "cat", image: "a.jpg", relevance: 1 },
    { text: "dog", image: "b.jpg", relevance: 1 },
  ]);
});

test("takes identity from id columns, also numbers, and keeps items of one content apart", async () => {
  const table = tableOf({
    image: ["a.jpg", "a.jpg"],
    caption: ["dog", "dog"],
    image_id: [1, 2],
    caption_id: ["x", "y"],
  });

  const { images, texts } = await contentsOf(datasetFromTable(table));

  expect(images.map(({ id, content }) => [id, content[0]])).toEqual([
    ["1", resolve(base, "a.jpg")],
    ["2", resolve(base, "a.jpg")],
  ]);
  expect(texts.map(({ id, content }) => [id, ...content])).toEqual([
    ["x", "dog"],
    ["y", "dog"],
  ]);
});

test("takes graded judgements, keeps those of 0 and less, and the highest of several", async () => {
  const table = tableOf({
    image: ["a", "a", "b", "c"],
    caption: ["dog", "dog", "dog", "dog"],
    relevance: ["0.5", 2, " 0 ", -1],
  });

  const { judgements } = await contentsOf(datasetFromTable(table));

  expect(judgements.map(({ image, relevance }) => [image, relevance])).toEqual([
    ["a", 2],
    ["b", 0],
    ["c", -1],
  ]);
});

test("gives each split its own rows, and an item of two splits to both", async () => {
  const dataset = datasetFromTable(
    tableOf({
      image: ["a", "b", "c", "b"],
      caption: ["dog", "dog", "cat", "dog"],
      relevance: [1, 1, 1, 3],
      split: ["train", "test", null, "train"],
    }),
  );

  expect(dataset.splits).toEqual(["train", "test"]);
  const found = await contentsOf(dataset, "test");
  expect(found.images).toMatchObject([{ id: "b", split: "test" }]);
  expect(found.texts).toMatchObject([{ id: "dog", split: "test" }]);
  expect(found.judgements).toEqual([{ text: "dog", image: "b", relevance: 1 }]);
  const all = await contentsOf(dataset);
  expect(all.images.map(({ split }) => split)).toEqual(["train", undefined, undefined]);
  expect(all.judgements.map(({ relevance }) => relevance)).toEqual([1, 3, 1]);
});

test("refuses a split that it does not have", async () => {
  const dataset = datasetFromTable(tableOf({ image: ["a"], caption: ["b"], split: ["train"] }));

  const finding = Array.fromAsync(dataset.items("text", { split: "test" }));

  await expect(finding).rejects.toMatchObject({
    code: "SPLIT_NOT_FOUND",
    message: 'pairs has no split "test"; its splits are "train".',
  });
});

test("says so when there are no splits at all", async () => {
  const dataset = datasetFromTable(tableOf({ image: ["a"], caption: ["b"] }));

  await expect(Array.fromAsync(dataset.items("text", { split: "test" }))).rejects.toMatchObject({
    message: 'pairs has no split "test": it has no splits.',
    fix: "Leave the split out.",
  });
});

test("makes every other column metadata of the items whose rows agree on it", async () => {
  const table = tableOf({
    title: ["dog", "cat", "cow"],
    file: ["a", "a", "a"],
    year: [1999, 2000, 1999],
    licence: [null, "CC0", "CC0"],
  });

  const columns = { image: "file", caption: "title" };
  const { images, texts } = await contentsOf(datasetFromTable(table, { columns }));

  expect(images.map(({ metadata }) => metadata)).toEqual([{ licence: "CC0" }]);
  expect(texts.map(({ metadata }) => metadata)).toEqual([
    { year: 1999 },
    { year: 2000, licence: "CC0" },
    { year: 1999, licence: "CC0" },
  ]);
});

test("names a column that is not there, those that are, and how to name one", () => {
  const table = tableOf({ filepath: ["a"], caption: ["b"] });

  expect(() => datasetFromTable(table)).toThrow(
    expect.objectContaining({
      code: "COLUMN_NOT_FOUND",
      message: 'pairs.csv has no column "image"; its columns are "filepath", "caption".',
      fix: expect.stringContaining("--columns image=NAME"),
    }),
  );
  const columns = { image: "filepath", relevance: "label" };
  expect(() => datasetFromTable(table, { columns })).toThrow('no column "label"');
  expect(() => datasetFromTable(table, { columns: { photo: "filepath" } })).toThrow(
    expect.objectContaining({ code: "COLUMN_ROLE_UNKNOWN" }),
  );
  expect(() => datasetFromTable({ ...table, length: 2 })).toThrow(RangeError);
});

test("does not take an object's own members for columns", () => {
  const table = tableOf({ image: ["a"], caption: ["b"] });

  expect(() => datasetFromTable(table, { columns: { split: "constructor" } })).toThrow(
    expect.objectContaining({ code: "COLUMN_NOT_FOUND" }),
  );
});

test("lists a row that cannot be used with its line, and uses the others", async () => {
  const rows = [
    'a,"two',
    'lines",1',
    ",cat,1",
    "b, ,1",
    "c,cow,high",
    "d,eel,",
    ";,fox,1",
    "e,gnu,2",
  ];
  await using file = await temporaryFile("t.csv", `image,caption,score\n${rows.join("\n")}`);

  const table = await readTable(file.path);
  const dataset = datasetFromTable(table, { columns: { relevance: "score" } });

  expect(dataset.failures).toEqual([
    failure(1, "cat", 4, "image", "EMPTY_CELL", "the cell is empty."),
    failure(2, "b", 5, "caption", "EMPTY_CELL", "the cell is empty."),
    failure(3, "c | cow", 6, "score", "INVALID_RELEVANCE", 'expected a number, found "high".'),
    failure(4, "d | eel", 7, "score", "INVALID_RELEVANCE", "expected a number, found null."),
    failure(5, "; | fox", 8, "image", "EMPTY_CELL", "the cell is empty."),
  ]);
  expect((await contentsOf(dataset)).images.map(({ id }) => id)).toEqual(["a", "e"]);

  function failure(index: number, input: string, line: number, ...rest: string[]) {
    const [column, code, message] = rest;
    return {
      index,
      input,
      code,
      message: `${file.path}:${line}, column "${column}": ${message}`,
    };
  }
});

test("lists a row that gives an id to another content, and one with an empty id", async () => {
  const dataset = datasetFromTable(
    tableOf({
      image: ["a", "b", "./a", "c"],
      caption: ["dog", "cat", "cow", "x".repeat(200)],
      image_id: ["1", "1", "1", null],
    }),
  );

  expect(dataset.failures.map(({ index, code }) => [index, code])).toEqual([
    [1, "ID_CONFLICT"],
    [3, "EMPTY_CELL"],
  ]);
  expect(dataset.failures[0]?.message).toBe(
    `pairs.csv, row 1 (from 0), column "image_id": "1" is ${resolve(base, "b")} here, ` +
      `and ${resolve(base, "a")} in an earlier row.`,
  );
  expect(dataset.failures[1]?.input).toHaveLength(120);
  expect((await contentsOf(dataset)).texts.map(({ id }) => id)).toEqual(["dog", "cow"]);
});

test("refuses a table of which no row can be used, and shows the first failure", () => {
  expect(() => datasetFromTable(tableOf({ image: [null, "a"], caption: ["dog", ""] }))).toThrow(
    expect.objectContaining({
      code: "DATASET_EMPTY",
      message:
        "None of the 2 rows of pairs.csv can be used. " +
        'The first: pairs.csv, row 0 (from 0), column "image": the cell is empty.',
    }),
  );
});

test("resolves a relative base folder, and without one the working folder", async () => {
  const columns = { image: ["a.jpg"], caption: ["dog"] };
  const pathIn = async (dataset: Dataset) => (await contentsOf(dataset)).images[0]?.content;

  expect(await pathIn(datasetFromTable({ columns, length: 1 }))).toEqual([resolve("a.jpg")]);
  const moved = datasetFromTable(tableOf(columns), { baseFolder: "here", name: "mine" });
  expect(await pathIn(moved)).toEqual([resolve("here/a.jpg")]);
  expect([moved.name, datasetFromTable({ columns, length: 1 }).name]).toEqual(["mine", "table"]);
});
