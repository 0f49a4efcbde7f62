import { join } from "node:path";
import type { DatasetReader } from "@semblance/core";
import { expect, test } from "vitest";
import { temporaryFile } from "../fixtures/temporary-file.ts";
import { openDataset } from "./open-dataset.ts";
import { createReaders } from "./readers.ts";
import { createTableReader } from "./table/create-table-reader.ts";

const source = join(import.meta.dirname, "../fixtures/splits.jsonl");

/** Takes every source, and reads it as the table reader does under a name of its own. */
const greedy: DatasetReader = {
  name: "greedy",
  sniff: async () => true,
  read: async (path, options) => ({
    ...(await createTableReader().read(path, options)),
    name: "read greedily",
  }),
};

test("reads a table without being told how", async () => {
  expect(await openDataset(source)).toMatchObject({ name: "splits", splits: ["train", "test"] });
});

test("takes the first reader that recognises the source", async () => {
  const table = createTableReader();

  expect((await openDataset(source, { readers: [greedy, table] })).name).toBe("read greedily");
  expect((await openDataset(source, { readers: [table, greedy] })).name).toBe("splits");
});

test("prefers a format to a table, and takes a reader by name", async () => {
  const results = join(import.meta.dirname, "../fixtures/formats/flickr30k/results.csv");

  expect((await openDataset(results)).failures).toHaveLength(2);
  await expect(openDataset(results, { reader: "table" })).rejects.toMatchObject({
    code: "COLUMN_NOT_FOUND",
  });
  await expect(openDataset(results, { reader: "flicker" })).rejects.toMatchObject({
    code: "READER_NOT_FOUND",
    message: expect.stringContaining("there are karpathy, coco, flickr, "),
  });
});

test("asks which of several formats a folder is in", async () => {
  await using folder = await temporaryFile("corpus.jsonl", "");
  for (const name of ["queries.jsonl", "qrels/test.tsv", "test_caps.txt"]) {
    await folder.add(name, "");
  }

  await expect(openDataset(folder.folder)).rejects.toMatchObject({
    code: "AMBIGUOUS_FORMAT",
    message: `${folder.folder} can be read in several ways: vse, beir.`,
    fix: 'Say which: --reader vse, or { reader: "vse" } in code.',
  });
});

test("hands its other options to the reader", async () => {
  const opening = openDataset(source, { columns: { image: "photo" } });

  await expect(opening).rejects.toMatchObject({ code: "COLUMN_NOT_FOUND" });
});

test("names the readers it tried on an unknown format, and tells it from a missing file", async () => {
  await using file = await temporaryFile("a.docx", "PK");
  const names = createReaders().map(({ name }) => name);

  await expect(openDataset(file.path)).rejects.toMatchObject({
    code: "UNKNOWN_FORMAT",
    message: `No reader recognises ${file.path}; tried: ${names.join(", ")}.`,
  });
  await expect(openDataset(join(file.folder, "b.csv"))).rejects.toMatchObject({
    code: "FILE_NOT_FOUND",
  });
});

test("rejects with the reason of an abort", async () => {
  const signal = AbortSignal.abort("stopped");

  await expect(openDataset(source, { signal })).rejects.toBe("stopped");
});
