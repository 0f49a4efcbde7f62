import { join } from "node:path";
import { expect, test } from "vitest";
import { describeDataset } from "../../fixtures/describe-dataset.ts";
import { temporaryFile } from "../../fixtures/temporary-file.ts";
import { createFlickrReader } from "./flickr.ts";

const folder = join(import.meta.dirname, "../../fixtures/formats");

test("reads a token file, with Flickr8k's splits from the lists beside it", async () => {
  const own = join(folder, "flickr8k");
  const dataset = await createFlickrReader().read(join(own, "Flickr8k.token.txt"));

  expect(dataset).toMatchObject({ name: "Flickr8k.token", splits: ["train", "test"] });
  expect(await describeDataset(dataset, own)).toEqual({
    images: ["kite.jpg: kite.jpg @train", "mug.jpg: mug.jpg @test", "ladder.jpg: ladder.jpg"],
    texts: [
      "kite.jpg#0: A kite over dunes . @train",
      "kite.jpg#1: Red kite , blue sky . @train",
      "mug.jpg#0: Two mugs on a sill . @test",
      "mug.jpg#1: A kite over dunes . @test",
      "ladder.jpg#0: A ladder leans on a shed .",
    ],
    judgements: [
      "kite.jpg#0 kite.jpg 1",
      "kite.jpg#1 kite.jpg 1",
      "mug.jpg#0 mug.jpg 1",
      "mug.jpg#1 mug.jpg 1",
      "ladder.jpg#0 ladder.jpg 1",
    ],
    failures: [],
  });
});

test("reads results.csv, with bars in a caption, and leaves out a line that lacks one", async () => {
  const source = join(folder, "flickr30k/results.csv");
  const dataset = await createFlickrReader().read(source);

  expect(await describeDataset(dataset, folder)).toMatchObject({
    texts: ["kite.jpg#0: A kite over dunes .", "kite.jpg#1: Red | blue .", "mug.jpg#2: A mug ."],
    failures: ["2 EMPTY_CELL", "3 INVALID_LINE"],
  });
  expect(dataset.failures[1]?.message).toBe(`${source}:5: expected name.jpg| 0| caption.`);
});

test("takes commas that are not quoted for the caption's, and counts captions per image", async () => {
  const dataset = await createFlickrReader().read(join(folder, "kaggle/captions.txt"));

  expect((await describeDataset(dataset, folder)).texts).toEqual([
    "kite.jpg#0: A kite , red , over dunes .",
    'kite.jpg#1: A "red" kite , again',
    "mug.jpg#0: Two mugs .",
  ]);
});

test("leaves a table with a header of its own to the table's reader", async () => {
  await using table = await temporaryFile("captions.csv", "image,caption\nkite.jpg,A kite.\n");
  await using text = await temporaryFile("notes.txt", "Some words, and no list.\n");

  expect(await createFlickrReader().sniff(table.path)).toBe(false);
  expect(await createFlickrReader().sniff(text.path)).toBe(false);
  expect(await createFlickrReader().sniff(join(folder, "flickr30k/results.csv"))).toBe(true);
});

test("says what it expects where a file is none of its lists", async () => {
  await using text = await temporaryFile("notes.txt", "Some words, and no list.\n");

  await expect(createFlickrReader().read(text.path)).rejects.toMatchObject({
    code: "UNKNOWN_FORMAT",
    position: { file: text.path, line: 1 },
  });
});
