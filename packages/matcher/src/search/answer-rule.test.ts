import { afterAll, beforeAll, expect, test } from "vitest";
import { columns, freshEncoder, manyPairs } from "../../fixtures/pairs.ts";
import { createMatcher } from "../create-matcher.ts";
import type { Matcher } from "../matcher.ts";
import { semanticSearch } from "./semantic-search.ts";

let matcher: Matcher;
beforeAll(async () => {
  matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  await matcher.calibrate({ data: manyPairs, falseAlarmRate: 0.2 });
});
afterAll(() => matcher[Symbol.asyncDispose]());

const responseData = { image: [...new Set(manyPairs.image)] };
const search = (caption: string, options = {}) =>
  semanticSearch({ matcher, queryData: { caption: [caption] }, responseData, ...options });

test("hits of a calibrated model carry the probability that predictProba gives the pair", async () => {
  const [hits = []] = await search("the red dog of a friend", { topK: 3 });
  const pairsOfHits = {
    image: hits.map(({ id }) => id),
    caption: hits.map(() => "the red dog of a friend"),
  };
  const { probabilities } = await matcher.predictProba(pairsOfHits);
  expect(hits).toHaveLength(3);
  expect(hits.map(({ probability }) => probability)).toEqual(probabilities);
});

test("hits below minProbability are left out", async () => {
  const [hits = []] = await search("the red dog of a friend", { topK: 10 });
  const between = ((hits[0]?.probability ?? 0) + (hits[1]?.probability ?? 0)) / 2;
  const [likely = []] = await search("the red dog of a friend", { minProbability: between });
  expect(likely.map(({ id }) => id)).toEqual(["red-dog.jpg"]);
});

test("a search that abstains finds what is there, and nothing for what is not", async () => {
  const [found] = await search("red dog", { abstain: true, topK: 1 });
  expect(found?.[0]?.id).toBe("red-dog.jpg");
  const [without] = await search("quarterly tax returns", { abstain: true });
  expect(without).toEqual([]);
  expect((await search("quarterly tax returns"))[0]).toHaveLength(10);
});

test("abstention goes by what asks and what answers", async () => {
  const { calibration } = matcher;
  const { t2i, i2t } = calibration?.abstention ?? {};
  if (!calibration || !t2i || !i2t) throw new Error("The data support an abstention.");
  expect([t2i.gallery, i2t.gallery]).toEqual([24, 48]);
  const abstention = { t2i: { ...t2i, threshold: -2 }, i2t: { ...i2t, threshold: 2 } };
  const strict = { ...matcher, calibration: { ...calibration, abstention } };
  const [texts, images] = [{ caption: ["red dog"] }, { image: ["red-dog.jpg"] }];
  const [byText, byImage] = [
    { queryData: texts, responseData: images },
    { queryData: images, responseData: texts },
  ];
  const count = async (sides: typeof byText | typeof byImage) =>
    (await semanticSearch({ matcher: strict, ...sides, abstain: true }))[0]?.length;
  expect([await count(byText), await count(byImage)]).toEqual([1, 0]);
});

test("vectors without data count as the other side; within one side there are no probabilities", async () => {
  const { embeddings } = await matcher.extractEmbedding(responseData);
  const queryData = { caption: ["a dog"] };
  const [byVectors] = await semanticSearch({ matcher, queryData, responseEmbeddings: embeddings });
  expect(byVectors?.[0]?.probability).toBeGreaterThan(0);
  const [images] = await semanticSearch({ matcher, queryData: { image: ["a.jpg"] }, responseData });
  expect(images?.[0]).not.toHaveProperty("probability");
  const abstaining = { matcher, queryData: { image: ["a.jpg"] }, responseData, abstain: true };
  await expect(semanticSearch(abstaining)).rejects.toMatchObject({ code: "NOT_CALIBRATED" });
  await expect(search("a dog", { abstain: true, similarityType: "dot" })).rejects.toThrow("cosine");
});

test("without a calibration, what needs one is refused before anything is encoded", async () => {
  await using plain = await createMatcher({ encoder: freshEncoder(), ...columns });
  const sides = {
    matcher: plain,
    queryData: { caption: ["a"] },
    responseData: { image: ["broken.jpg"] },
  };
  for (const option of [{ minProbability: 0.5 }, { abstain: true }, { prior: 0.5 }]) {
    await expect(semanticSearch({ ...sides, ...option })).rejects.toMatchObject({
      code: "NOT_CALIBRATED",
    });
  }
  const odd = semanticSearch({ ...sides, minProbability: 2 });
  await expect(odd).rejects.toThrow(RangeError);
});

test("ids search as their contents do, and hits name the ids", async () => {
  const idMappings = { image: { 1: "red-dog.jpg", 2: "blue-car.jpg" }, caption: { q: "blue car" } };
  const [hits] = await semanticSearch({
    matcher,
    queryData: { caption: ["q"] },
    responseData: { image: [1, 2] },
    idMappings,
  });
  expect(hits?.map(({ id, row }) => [id, row])).toEqual([
    ["2", 1],
    ["1", 0],
  ]);
});
