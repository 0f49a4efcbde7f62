import { join } from "node:path";
import { expect, test } from "vitest";
import { describeDataset } from "../../fixtures/describe-dataset.ts";
import { temporaryFile } from "../../fixtures/temporary-file.ts";
import { hashGallery } from "../dataset/dataset-hash.ts";
import { createTableReader } from "../table/create-table-reader.ts";
import { readJudgements } from "./read-judgements.ts";
import { withJudgements } from "./with-judgements.ts";

const table = `image,image_id,caption,caption_id,relevance,split
a.jpg,1,one,11,1,test
a.jpg,1,two,12,1,test
b.jpg,2,three,21,0.5,test
c.jpg,11,four,1,1,train
`;

async function pairs() {
  const file = await temporaryFile("pairs.csv", table);
  return { file, dataset: await createTableReader().read(file.path) };
}

async function judgementsOf(content: string, name: string) {
  await using file = await temporaryFile(name, content);
  return await readJudgements(file.path);
}

test.each([
  ["image_to_caption.json", '{"1": [11, "21"], "2": [12], "9": [11]}', "image"],
  ["caption_to_image.json", '{"11": [1], "21": [1], "12": [2], "11 ": [2]}', "text"],
  ["graded.json", '{"1": {"11": 1, "21": 1}, "2": {"12": 1}, "11": {"99": 3}}', "image"],
  ["qrels.txt", "1 0 11 1\n1 0 21 1\n2 0 12 1\n2 0 13 1\n", "image"],
  ["test.tsv", "query-id\tcorpus-id\tscore\n11\t1\t1\n21\t1\t1\n12\t2\t1\n5\t5\t1\n", "text"],
])("%s is told by its look, and its ids by what fits", async (name, content, from) => {
  const { dataset, file } = await pairs();
  await using _ = file;
  const judged = await judgementsOf(content, name);

  const found = await withJudgements(dataset, judged);

  expect(found).toMatchObject({ from, matched: 3, unmatched: 1, added: 2 });
  const own = await describeDataset(found.dataset, file.folder, { split: "test" });
  const expected = ["11 1 1", "12 1 1", "12 2 1", "21 1 1", "21 2 0.5"];
  expect(own.judgements.toSorted()).toEqual(expected);
});

test("the higher grade of a pair holds, and the gallery has another hash", async () => {
  const { dataset, file } = await pairs();
  await using _ = file;
  const judged = await judgementsOf('{"2": {"21": 3}, "1": {"11": 0.25}}', "graded.json");

  const found = await withJudgements(dataset, judged);

  const { judgements } = await describeDataset(found.dataset, file.folder);
  expect(judgements).toEqual(["11 1 1", "12 1 1", "21 2 3", "1 11 1"]);
  expect(await hashGallery(found.dataset)).not.toBe(await hashGallery(dataset));
  expect(found.dataset.hash).not.toBe(dataset.hash);
});

test("judgements take the place of the dataset's own, and every item stays", async () => {
  const { dataset, file } = await pairs();
  await using _ = file;
  const judged = await judgementsOf('{"1": [21]}', "image_to_caption.json");

  const found = await withJudgements(dataset, judged, { mode: "replace" });

  const { images, texts, judgements } = await describeDataset(found.dataset, file.folder);
  expect([images.length, texts.length, judgements]).toEqual([3, 4, ["21 1 1"]]);
  const train = await describeDataset(found.dataset, file.folder, { split: "train" });
  expect(train.judgements).toEqual([]);
});

test("judgements of other data are refused, and so are files without any", async () => {
  const { dataset, file } = await pairs();
  await using _ = file;
  const judged = await judgementsOf('{"77": [78]}', "other.json");

  await expect(withJudgements(dataset, judged)).rejects.toMatchObject({
    code: "JUDGEMENTS_UNRELATED",
    message: expect.stringContaining("such as 77 and 78,"),
  });
  await expect(judgementsOf('{"1": 5}', "odd.json")).rejects.toMatchObject({
    code: "JUDGEMENTS_EMPTY",
    failures: [{ index: 0, code: "INVALID_ENTRY" }],
  });
  await expect(judgementsOf("nothing here", "qrels.txt")).rejects.toMatchObject({
    code: "JUDGEMENTS_EMPTY",
  });
  await expect(readJudgements(join(file.folder, "none.json"))).rejects.toMatchObject({
    code: "FILE_NOT_FOUND",
  });
});
