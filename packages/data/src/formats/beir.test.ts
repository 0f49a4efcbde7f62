import { join } from "node:path";
import { expect, test } from "vitest";
import { describeDataset } from "../../fixtures/describe-dataset.ts";
import { temporaryFile } from "../../fixtures/temporary-file.ts";
import { createBeirReader } from "./beir.ts";

const folder = join(import.meta.dirname, "../../fixtures/formats/beir");

test("finds images by their paths, and puts the whole corpus into every split", async () => {
  const dataset = await createBeirReader().read(folder);

  expect(dataset).toMatchObject({ name: "beir", splits: ["dev", "test"] });
  expect(await describeDataset(dataset, folder, { split: "test" })).toEqual({
    images: [
      "d1: pictures/kite.jpg @test",
      "d2: pictures/mug @test",
      "d3: pictures/ladder.png @test",
    ],
    texts: ["q1: a kite over dunes @test", "q2: Mugs on a sill @test"],
    judgements: ["q1 d1 2", "q1 d2 0", "q2 d2 1"],
    failures: ["5 INVALID_RELEVANCE", "3 INVALID_ENTRY", "4 INVALID_ENTRY", "4 ITEM_NOT_FOUND"],
  });
  expect((await describeDataset(dataset, folder, { split: "dev" })).texts).toEqual([
    "q1: a kite over dunes @dev",
    "q4: a ladder @dev",
  ]);
});

test("keeps metadata of one value, and leaves nested values out", async () => {
  const dataset = await createBeirReader().read(folder);

  const [first] = await Array.fromAsync(dataset.items("image"));
  expect(first?.metadata).toEqual({ season: "autumn" });
});

test("takes images that ask for texts, too", async () => {
  await using corpus = await temporaryFile("corpus.jsonl", '{"_id": "d1", "text": "A kite."}\n');
  await corpus.add("queries.jsonl", '{"_id": "q1", "text": "kite.jpg"}\n');
  await corpus.add("qrels/test.tsv", "q1\td1\t1\n");

  const dataset = await createBeirReader().read(corpus.folder);

  expect(await describeDataset(dataset, corpus.folder)).toMatchObject({
    images: ["q1: kite.jpg @test"],
    judgements: ["d1 q1 1"],
  });
});

test("refuses a folder of texts alone", async () => {
  await using corpus = await temporaryFile("corpus.jsonl", '{"_id": "d1", "text": "A kite."}\n');
  await corpus.add("queries.jsonl", '{"_id": "q1", "text": "What flies?"}\n');
  await corpus.add("qrels/test.tsv", "q1\td1\t1\n");

  await expect(createBeirReader().read(corpus.folder)).rejects.toMatchObject({
    code: "SIDES_UNKNOWN",
    message: expect.stringContaining("seem to be texts"),
  });
});
