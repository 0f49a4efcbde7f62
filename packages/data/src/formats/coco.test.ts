import { join } from "node:path";
import { expect, test } from "vitest";
import { describeDataset } from "../../fixtures/describe-dataset.ts";
import { temporaryFile } from "../../fixtures/temporary-file.ts";
import { createCocoReader } from "./coco.ts";

const folder = join(import.meta.dirname, "../../fixtures/formats/coco");

test("reads images in the document's order, also one without a caption, and keeps equal captions apart", async () => {
  const dataset = await createCocoReader().read(join(folder, "captions_tiny.json"));

  expect(dataset).toMatchObject({ name: "captions_tiny", splits: [] });
  expect(await describeDataset(dataset, folder)).toEqual({
    images: [
      "7: COCO_val2014_000000000007.jpg",
      "11: COCO_val2014_000000000011.jpg",
      "13: COCO_val2014_000000000013.jpg",
    ],
    texts: [
      "105: A ladder leans on a shed.",
      "101: A kite over dunes.",
      "102: Red kite, blue sky.",
      "106: A kite over dunes.",
    ],
    judgements: ["105 11 1", "101 7 1", "102 7 1", "106 11 1"],
    failures: [],
  });
});

test("leaves out what cannot be used, with the reason and the place", async () => {
  const dataset = await createCocoReader().read(join(folder, "captions_damaged.json"));

  const { failures, texts } = await describeDataset(dataset, folder);
  expect(texts).toEqual(["1: A kite."]);
  expect(failures).toEqual([
    "1 INVALID_ENTRY",
    "2 INVALID_ENTRY",
    "1 ITEM_NOT_FOUND",
    "2 EMPTY_CELL",
    "3 ID_CONFLICT",
    "4 INVALID_ENTRY",
    "5 INVALID_ENTRY",
  ]);
  expect(dataset.failures[2]?.message).toContain("annotations[1]: no image has the id 8.");
});

test("tells captions at the end of a long document, and takes no objects for captions", async () => {
  const images = Array.from({ length: 3000 }, (_, id) => ({ id, file_name: `picture-${id}.jpg` }));
  const documentOf = (annotation: object) =>
    JSON.stringify({ info: {}, images, annotations: [{ id: 1, image_id: 1, ...annotation }] });
  await using captions = await temporaryFile("a.json", documentOf({ caption: "A kite." }));
  await using objects = await temporaryFile("a.json", documentOf({ category_id: 1 }));

  expect(await createCocoReader().sniff(captions.path)).toBe(true);
  expect(await createCocoReader().sniff(objects.path)).toBe(false);
});
