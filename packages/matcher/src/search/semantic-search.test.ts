import { expect, test } from "vitest";
import { columns, freshEncoder, pairs } from "../../fixtures/pairs.ts";
import { createMatcher } from "../create-matcher.ts";
import { semanticSearch } from "./semantic-search.ts";

test("searches from text to image and from image to text", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const { caption, image } = pairs;
  const textFirst = { matcher, queryData: { caption: ["blue car"] }, responseData: { image } };
  const imageFirst = { matcher, queryData: { image: ["red-dog.jpg"] }, responseData: { caption } };
  expect((await semanticSearch({ ...textFirst, topK: 2 }))[0]?.[0]).toMatchObject({
    row: 1,
    id: "blue-car.jpg",
  });
  expect((await semanticSearch({ ...imageFirst, topK: 1 }))[0]?.[0]?.id).toBe("red dog");
});

test("searches a whole table by its column, relative to its folder, each photo once", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const table = {
    columns: { caption: ["a", "b", "c"], image: ["red-dog.jpg", "red-dog.jpg", "blue-car.jpg"] },
    length: 3,
    baseFolder: "/photos",
  };
  const queryData = { caption: ["red dog"] };
  const [hits] = await semanticSearch({ matcher, queryData, responseData: table });
  expect(hits?.map(({ row, id }) => [row, id])).toEqual([
    [0, "red-dog.jpg"],
    [2, "blue-car.jpg"],
  ]);
});

test("refuses response data that are not the items of the embeddings", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const { embeddings } = await matcher.extractEmbedding({ image: pairs.image });
  const found = semanticSearch({
    matcher,
    queryData: { caption: ["x"] },
    responseData: { image: ["a.jpg"] },
    responseEmbeddings: embeddings,
  });
  await expect(found).rejects.toThrow(RangeError);
});

test("searches embeddings made before, in chunks, with the same hits", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const { embeddings } = await matcher.extractEmbedding({ image: pairs.image });
  const queryData = { caption: pairs.caption };
  const fresh = await semanticSearch({ matcher, queryData, responseData: { image: pairs.image } });
  const chunked = await semanticSearch({
    matcher,
    queryData,
    responseEmbeddings: embeddings,
    chunkSize: 1,
  });
  expect(chunked.map((hits) => hits.map(({ row }) => row))).toEqual(
    fresh.map((hits) => hits.map(({ row }) => row)),
  );
});

test("cosine leaves the length of vectors out, the dot product does not", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const queries = { data: Float32Array.of(1, 0), count: 1, dimension: 2 };
  const responses = { data: Float32Array.of(1, 0.1, 5, 5), count: 2, dimension: 2 };
  const sides = { matcher, queryEmbeddings: queries, responseEmbeddings: responses };
  const rowsBy = async (similarityType: "cosine" | "dot") =>
    (await semanticSearch({ ...sides, similarityType }))[0]?.map(({ row }) => row);
  expect(await rowsBy("cosine")).toEqual([0, 1]);
  expect(await rowsBy("dot")).toEqual([1, 0]);
});
