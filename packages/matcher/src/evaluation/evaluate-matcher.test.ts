import { DatasetError } from "@semblance/core";
import { expect, test } from "vitest";
import { columns, freshEncoder, pairs } from "../../fixtures/pairs.ts";
import { createMatcher } from "../create-matcher.ts";

test("evaluates both directions and sums them up as evalMetric's mean", async () => {
  await using matcher = await createMatcher({
    encoder: freshEncoder(),
    ...columns,
    evalMetric: "hit",
  });
  const found = await matcher.evaluate({ data: pairs, cutoffs: [1] });
  expect(found.metrics["t2i.hit@1"]?.value).toBe(1);
  expect(found.score).toBe(1);
  expect(found.dataset).toMatchObject({ images: 3, texts: 3, pairs: 3 });
  expect(JSON.parse(JSON.stringify(found))).toEqual(found);
});

test("ranks among all of responseData, not only the judged ones", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const responseData = { image: [...pairs.image, "red-dogs.jpg", "black-cat.jpg"] };
  const found = await matcher.evaluate({ data: pairs, responseData });
  expect(found.dataset).toMatchObject({ images: 5, texts: 3, pairs: 3 });
  expect(found.withoutRelevant.i2t).toBe(2);
});

test("asks only the queries of queryData", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const found = await matcher.evaluate({ data: pairs, queryData: { caption: ["blue car"] } });
  expect(found.metrics["t2i.hit@1"]?.n).toBe(1);
});

test("takes relevance from the label column", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const data = { ...pairs, grade: [1, 0, 1] };
  const found = await matcher.evaluate({ data, label: "grade" });
  expect(found.dataset.pairs).toBe(2);
});

test("lists an image that cannot be read and evaluates the rest", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const data = { image: [...pairs.image, "broken.jpg"], caption: [...pairs.caption, "gone"] };
  const found = await matcher.evaluate({ data });
  expect(found.failures).toMatchObject([{ code: "INPUT_UNREADABLE", input: "broken" }]);
  expect(found.dataset.images).toBe(3);
});

test("names another gallery when an image could not be ranked", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const data = { image: [...pairs.image, "broken.jpg"], caption: [...pairs.caption, "red dog"] };
  const whole = await matcher.evaluate({ data: { ...data, image: [...pairs.image, "sound.jpg"] } });
  const partial = await matcher.evaluate({ data });
  const same = await matcher.evaluate({ data: pairs });
  expect(partial.dataset.galleryHash).toBe(same.dataset.galleryHash);
  expect(partial.dataset.galleryHash).not.toBe(whole.dataset.galleryHash);
});

test("refuses two columns that hold the same, instead of comparing paths as captions", async () => {
  await using matcher = await createMatcher({
    encoder: freshEncoder(),
    query: "image",
    response: "photo",
  });
  const data = { image: ["a.jpg"], photo: ["b.jpg"] };
  await expect(matcher.evaluate({ data })).rejects.toMatchObject({ code: "COLUMN_TYPES_EQUAL" });
});

test("refuses cut-offs that are none before it encodes anything", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  await expect(matcher.evaluate({ data: pairs, cutoffs: [0] })).rejects.toThrow(RangeError);
});

test("says so when nothing is left to evaluate", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const data = { image: ["broken.jpg"], caption: ["a dog"] };
  await expect(matcher.evaluate({ data })).rejects.toThrow(DatasetError);
});

test("refuses a label column that was named and is not there", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const found = matcher.evaluate({ data: pairs, label: "Relevance" });
  await expect(found).rejects.toMatchObject({ code: "COLUMN_NOT_FOUND" });
});
