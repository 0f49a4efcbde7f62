import { expect, test } from "vitest";
import { normalizeRows, rowOf, selectRows, toEmbeddings } from "./embedding.ts";

test("scales rows to length 1 and leaves zeros alone", () => {
  const embeddings = normalizeRows(toEmbeddings(Float32Array.of(3, 4, 0, 0), 2));
  expect([...embeddings.data]).toEqual([0.6, 0.8, 0, 0].map(Math.fround));
});

test("copies the rows named, in the order named", () => {
  const embeddings = toEmbeddings(Float32Array.of(1, 2, 3, 4), 2);
  const selected = selectRows(embeddings, [1, 0, 1]);
  expect([...selected.data]).toEqual([3, 4, 1, 2, 3, 4]);
  selected.data.fill(0);
  expect([...rowOf(embeddings, 1)]).toEqual([3, 4]);
});

test("refuses values that are not whole rows", () => {
  for (const dimension of [3, 0, 1.5]) {
    expect(() => toEmbeddings(Float32Array.of(1, 2), dimension)).toThrow(RangeError);
  }
});
