import { toEmbeddings } from "@semblance/core";
import { expect, test } from "vitest";
import { parseFitMetric } from "./fit-metric.ts";
import { makePairs } from "./fixtures/made-pairs.ts";
import { interpolate, rankBehind } from "./head-candidate.ts";
import { createPace } from "./pace.ts";
import { rankPairs } from "./rank-pairs.ts";

test("between the identity and a head lies their weighted mean", () => {
  const text = toEmbeddings(Float32Array.of(3, 4, -2, 5), 2);
  expect(interpolate({ text }, 0.5)).toEqual({
    text: toEmbeddings(Float32Array.of(2, 2, -1, 3), 2),
  });
  expect(interpolate({ text }, 0).text?.data).toEqual(Float32Array.of(1, 0, 0, 1));
  expect(interpolate({ text }, 1)).toEqual({ text });
});

test("a head moves the vectors of its own tower", async () => {
  const pace = createPace({ timeLimit: undefined, isCancelled: () => false });
  const metric = parseFitMetric("mrr");
  const pairs = makePairs({ images: 70, dimension: 4 }); // more texts than go through at once
  const negative = toEmbeddings(
    Float32Array.from({ length: 16 }, (_, i) => (i % 5 ? 0 : -1)),
    4,
  );
  const start = await rankPairs(pairs, metric, pace);
  const turned = await rankBehind({ text: negative }, pairs, metric, pace);
  expect(turned.values).not.toEqual(start.values);
  // Both turned round are as before.
  const both = await rankBehind({ text: negative, image: negative }, pairs, metric, pace);
  expect(both.values).toEqual(start.values);
});
