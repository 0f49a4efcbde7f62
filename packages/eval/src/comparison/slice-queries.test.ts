import type { Metadata } from "@semblance/core";
import { expect, test } from "vitest";
import type { QueryPair } from "./pair-queries.ts";
import { sliceQueries } from "./slice-queries.ts";

interface DrawnQuery {
  readonly query: string;
  readonly text?: string;
  readonly metadata?: Metadata;
  /** hit@1 in a, and in b. */
  readonly hits: readonly [number, number];
}

function pairsOf(direction: "t2i" | "i2t", queries: readonly DrawnQuery[]): QueryPair[] {
  return queries.map(({ hits: [before, after], ...own }, cluster) => {
    const line = { direction, cluster, relevant: [], hits: [], ...own };
    return {
      a: { ...line, metrics: { "hit@1": before } },
      b: { ...line, metrics: { "hit@1": after } },
    };
  });
}

const slice = (t2i: readonly DrawnQuery[], i2t: readonly DrawnQuery[] = []) =>
  sliceQueries({
    pairs: { t2i: pairsOf("t2i", t2i), i2t: pairsOf("i2t", i2t) },
    k: 1,
    resamples: 200,
    seed: 0,
  });

const words = (count: number) => Array.from({ length: count }, () => "word").join(" ");

test("captions are compared by their number of words, in quarters", () => {
  const slices = slice(
    [7, 1, 20, 2, 3, 4, 5, 6].map((count) => ({
      query: words(count),
      hits: [0, Number(count > 4)],
    })),
  );
  expect(slices.map(({ value, n, difference }) => [value, n, difference])).toEqual([
    ["1 to 2 words", 2, 0],
    ["3 to 4 words", 2, 0],
    ["5 to 6 words", 2, 1],
    ["7 to 20 words", 2, 1],
  ]);
  expect(slices[0]).toMatchObject({ direction: "t2i", by: "caption length", a: 0, b: 0 });
});

test("a caption whose id is another counts its own words", () => {
  const slices = slice([
    { query: "1", text: words(3), hits: [0, 1] },
    { query: "2", text: words(9), hits: [0, 0] },
  ]);
  expect(slices.map(({ value }) => value)).toEqual(["3 words", "9 words"]);
});

test("captions of one length are no slices", () => {
  expect(slice([1, 2].map((id) => ({ query: `word ${id}`, hits: [0, 1] })))).toEqual([]);
});

test("both directions are compared by the columns that the user gave", () => {
  const metadata = [{ language: "en" }, { language: "de" }, { language: "de" }, {}];
  const queries = metadata.map((own, id) => ({
    query: `word ${id}`,
    metadata: own,
    hits: [0, id === 1 ? 1 : 0] as const,
  }));
  const slices = slice(queries, queries);
  expect(slices.map(({ direction, by, value, n, b }) => [direction, by, value, n, b])).toEqual([
    ["t2i", "language", "en", 1, 0],
    ["t2i", "language", "de", 2, 0.5],
    ["i2t", "language", "en", 1, 0],
    ["i2t", "language", "de", 2, 0.5],
  ]);
  expect(slices[1]?.ci95).toEqual([expect.any(Number), expect.any(Number)]);
  expect(slices[0]).not.toHaveProperty("ci95");
});

test("a column of many numbers is taken in quarters, one of many words is left out", () => {
  const queries = Array.from({ length: 40 }, (_, id) => ({
    query: `word ${id}`,
    metadata: { brightness: id / 2, url: `https://${id}` },
    hits: [0, 1] as const,
  }));
  const slices = slice(queries);
  expect(slices.map(({ by, value, n }) => [by, value, n])).toEqual([
    ["brightness", "0 to 4.5", 10],
    ["brightness", "5 to 9.5", 10],
    ["brightness", "10 to 14.5", 10],
    ["brightness", "15 to 19.5", 10],
  ]);
});
