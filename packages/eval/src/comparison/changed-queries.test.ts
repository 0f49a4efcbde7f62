import { expect, test } from "vitest";
import { findChangedQueries } from "./changed-queries.ts";
import type { QueryLine } from "./query-line.ts";

function lineOf(query: string, hit: number, rank = 2): QueryLine {
  const hits = [1, 2, 3, 4].map((i) => ({ id: `${i}.jpg`, score: 1 / i }));
  const metrics = { rank, "hit@2": hit };
  return { direction: "t2i", query, cluster: 0, relevant: ["1.jpg"], hits, metrics };
}

test("where ties leave a hit open, a chance of one half or more is one", () => {
  const chances: [string, number, number][] = [
    ["to a half", 0.49, 0.5],
    ["to below a half", 0, 0.49],
    ["from a half", 0.5, 0.2],
    ["above a half", 0.5, 1],
  ];
  const pairs = chances.map(([query, before, after]) => ({
    a: lineOf(query, before),
    b: lineOf(query, after),
  }));
  const { fixed, broken } = findChangedQueries(pairs, 2);
  expect(fixed.map(({ query }) => query)).toEqual(["to a half"]);
  expect(broken.map(({ query }) => query)).toEqual(["from a half"]);
});

test("the relevant item that moves furthest comes first, as a share of its rank", () => {
  const pairs = [
    { a: lineOf("40 to 20", 0, 40), b: lineOf("40 to 20", 1, 20) },
    { a: lineOf("9 to 1", 0, 9), b: lineOf("9 to 1", 1, 1) },
  ];
  const turned = pairs.map(({ a, b }) => ({ a: b, b: a }));
  const first = ["9 to 1", "40 to 20"];
  expect(findChangedQueries(pairs, 2).fixed.map(({ query }) => query)).toEqual(first);
  expect(findChangedQueries(turned, 2).broken.map(({ query }) => query)).toEqual(first);
});

test("a changed query has the rank and the best three hits of either side, and its text", () => {
  const b = { ...lineOf("id", 1, 1), text: "a caption" };
  const { fixed } = findChangedQueries([{ a: { ...b, ...lineOf("id", 0, 7) }, b }], 2);
  expect(fixed[0]).toMatchObject({ query: "id", text: "a caption", relevant: ["1.jpg"] });
  expect(fixed[0]?.a).toEqual({ rank: 7, hits: lineOf("id", 0).hits.slice(0, 3) });
});
