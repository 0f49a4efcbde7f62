import { expect, test } from "vitest";
import { columns, freshEncoder, pairs } from "../../fixtures/pairs.ts";
import { createMatcher } from "../create-matcher.ts";
import { mapIds } from "./id-mappings.ts";

const idMappings = {
  image: { 7: "red-dog.jpg", 8: "blue-car.jpg", 9: "green-tree.jpg" },
  caption: new Map(pairs.caption.map((text, i) => [`c${i}`, text])),
};
const byId = { image: [7, 8, 9], caption: ["c0", "c1", "c2"] };

test("contents take the place of ids, and the ids stay", () => {
  const { table, idColumns } = mapIds(byId, idMappings);
  expect(table.columns.image).toEqual(pairs.image);
  expect(table.columns[idColumns.image ?? ""]).toEqual([7, 8, 9]);
});

test("data that holds ids evaluates as the contents do", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const plain = await matcher.evaluate({ data: pairs });
  const mapped = await matcher.evaluate({
    data: byId,
    queryData: { caption: byId.caption },
    responseData: { image: byId.image },
    idMappings,
  });
  expect(mapped.metrics).toEqual(plain.metrics);
  expect(mapped.dataset).toMatchObject({ images: 3, texts: 3, pairs: 3 });
});

test("two ids of one content are two items", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const mappings = { image: { 7: "red-dog.jpg", 8: "red-dog.jpg" } };
  const data = { image: [7, 8], caption: ["red dog", "a dog"] };
  const { dataset } = await matcher.evaluate({ data, idMappings: mappings });
  expect(dataset.images).toBe(2);
});

test("an id without content is one failure that names it; the rest is evaluated", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const data = { image: [7, 8, 10], caption: ["c0", "c1", "c2"] };
  const { failures, dataset } = await matcher.evaluate({ data, idMappings });
  expect(failures).toMatchObject([{ code: "ID_NOT_MAPPED", index: 2, input: "10" }]);
  expect(dataset.pairs).toBe(2);
});

test("a mapping that fits no id at all is refused, and the message shows both", () => {
  const wrong = { image: { "red-dog": "red-dog.jpg" } };
  expect(() => mapIds(byId, wrong)).toThrow('the column holds 7, the mapping "red-dog"');
});

test("ids embed as their contents", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const plain = await matcher.extractEmbedding({ image: pairs.image });
  const mapped = await matcher.extractEmbedding({ image: byId.image }, { idMappings });
  expect(mapped.embeddings).toEqual(plain.embeddings);
});
