import { join } from "node:path";
import { expect, test } from "vitest";
import { describeDataset } from "../../fixtures/describe-dataset.ts";
import { temporaryFile } from "../../fixtures/temporary-file.ts";
import { openDataset } from "../open-dataset.ts";
import { createImageFolderReader } from "./image-folder.ts";

const folder = join(import.meta.dirname, "../../fixtures/files/folder");

test("reads the list of each split, whatever its format, and lists of captions", async () => {
  const dataset = await createImageFolderReader().read(folder);

  expect(dataset.splits).toEqual(["test", "train", "validation"]);
  expect(await describeDataset(dataset, folder)).toEqual({
    images: [
      "test/a.jpg: test/a.jpg @test",
      "test/b.jpg: test/b.jpg @test",
      "train/sub/a.jpg: train/sub/a.jpg @train",
      "validation/e.jpg: validation/e.jpg @validation",
    ],
    texts: [
      "one: one @test",
      "two: two @test",
      "three: three @test",
      "four: four @train",
      "five: five @validation",
    ],
    judgements: [
      "one test/a.jpg 1",
      "two test/a.jpg 1",
      "three test/b.jpg 1",
      "four train/sub/a.jpg 1",
      "five validation/e.jpg 1",
    ],
    failures: ["2 EMPTY_CELL", "3 EMPTY_CELL", "4 EMPTY_CELL", "1 EMPTY_CELL"],
  });
});

test("a folder without splits keeps the names of its files as ids, and columns as metadata", async () => {
  const list = "file_name,label,title\na.jpg,toy,A kite\n";
  await using images = await temporaryFile("metadata.csv", list);

  const dataset = await openDataset(images.folder, { columns: { caption: "title" } });

  const [image] = await Array.fromAsync(dataset.items("image"));
  expect(image).toEqual({
    id: "a.jpg",
    content: [join(images.folder, "a.jpg")],
    metadata: { label: "toy" },
  });
  expect(dataset.splits).toEqual([]);
});

test("a list without captions says which column is missing", async () => {
  await using images = await temporaryFile("metadata.csv", "file_name,label\na.jpg,1\n");

  await expect(openDataset(images.folder)).rejects.toMatchObject({
    code: "COLUMN_NOT_FOUND",
    message: expect.stringContaining("no column for the caption; its columns are file_name, label"),
  });
});
