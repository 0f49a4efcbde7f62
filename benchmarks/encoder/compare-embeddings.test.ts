import { expect, test } from "vitest";
import { compareEmbeddings, findWrongEmbeddings } from "./compare-embeddings.ts";

const reference = { images: Float32Array.of(0.6, 0.8, 1, 0), texts: Float32Array.of(0, 1) };

function compare(images: readonly number[], name = "semblance", dtype: "fp32" | "int8" = "fp32") {
  const rest = { program: "", script: "", isNeeded: true, isSlow: false, hasSameWeights: true };
  const embedded = { images: Float32Array.from(images), texts: reference.texts };
  return compareEmbeddings({ system: { name, dtype, ...rest }, embedded, reference, dimension: 2 });
}

test("each item counts with the largest difference of its numbers", () => {
  const [image, text] = compare([0.6, 0.7, 1, 0.5]);
  expect(image).toMatchObject({ case: "difference.image.fp32", n: 2 });
  expect(image?.min).toBeCloseTo(0.1);
  expect(image?.max).toBeCloseTo(0.5);
  expect(text).toMatchObject({ case: "difference.text.fp32", max: 0 });
});

test("ours in fp32 may differ by 1e-5 and no more", () => {
  expect(findWrongEmbeddings(compare([0.6, 0.8, 1, 0.000009]))).toEqual([]);
  expect(findWrongEmbeddings(compare([0.6, 0.8, 1, 0.00002]))).toEqual([
    expect.stringContaining("difference.image.fp32"),
  ]);
});

test.each([
  ["too few embeddings", [0.6, 0.8]],
  ["no number in the last", [0.6, 0.8, 1, Number.NaN]],
  ["no number in the first", [Number.NaN, 0.8, 1, 0]],
])("ours in fp32 is wrong with %s", (_what, images) => {
  expect(findWrongEmbeddings(compare(images))).toHaveLength(1);
});

test("int8 and the peers are reported, whatever their difference", () => {
  const rows = [...compare([0, 1, 0, 1], "semblance", "int8"), ...compare([0, 1, 0, 1], "peer")];
  expect(findWrongEmbeddings(rows)).toEqual([]);
});
