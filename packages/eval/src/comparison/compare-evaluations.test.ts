import { bootstrapInterval, quantile, resampledInterval, resampledTimes } from "@semblance/core";
import { beforeAll, describe, expect, test } from "vitest";
import { evaluateNoisyCaptions } from "../fixtures/evaluated-queries.ts";
import { compareEvaluations } from "./compare-evaluations.ts";
import type { Comparison } from "./comparison.ts";
import type { EvaluatedQueries } from "./evaluation-document.ts";
import { adjustByHolm } from "./holm.ts";
import { randomizationTest } from "./randomization-test.ts";

const size = { images: 40, perImage: 3 };
const noisy = (noise: number, seed: number, more = {}) =>
  evaluateNoisyCaptions({ ...size, noise, seed, ...more });

/** The values of both results' t2i queries. */
function columns(a: EvaluatedQueries, b: EvaluatedQueries, metric: string) {
  const own = a.queries.filter(({ direction }) => direction === "t2i");
  const others = b.queries.filter(({ direction }) => direction === "t2i");
  return {
    start: Float64Array.from(own, ({ metrics }) => metrics[metric] ?? 0),
    candidate: Float64Array.from(others, ({ metrics }) => metrics[metric] ?? 0),
    groups: Uint32Array.from(own, ({ cluster }) => cluster),
  };
}

describe("two results over the same queries", () => {
  let a: EvaluatedQueries;
  let b: EvaluatedQueries;
  let comparison: Comparison;
  beforeAll(async () => {
    a = await noisy(1.2, 2, { model: "rough" });
    b = await noisy(0.9, 3, { model: "fine" });
    comparison = await compareEvaluations({ a, b, resamples: 2000, seed: 7 });
  });

  test("differ by every metric that both have, as their documents say", () => {
    expect(Object.keys(comparison.metrics)).toEqual(Object.keys(a.document.metrics));
    for (const [key, found] of Object.entries(comparison.metrics)) {
      const before = a.document.metrics[key]?.value ?? Number.NaN;
      const after = b.document.metrics[key]?.value ?? Number.NaN;
      expect(found, key).toMatchObject({ a: before, b: after, difference: after - before });
      const [low = 0, high = 0] = found.ci95 ?? [1, 0];
      expect(low, key).toBeLessThanOrEqual(found.difference);
      expect(high, key).toBeGreaterThanOrEqual(found.difference);
    }
  });

  test.each(["hit@1", "ndcg@10", "rank"])("by %s as one metric alone does", (metric) => {
    const found = comparison.metrics[`t2i.${metric === "rank" ? "meanr" : metric}`];
    const { start, candidate, groups } = columns(a, b, metric);
    const values = candidate.map((value, i) => value - (start[i] ?? 0));
    const alone = bootstrapInterval({ values, groups, resamples: 2000, seed: 7 });
    expect(found?.ci95).toEqual(alone?.map((end) => expect.closeTo(end, 9)));
    const { p } = randomizationTest({ start, candidate, groups, resamples: 40_000 });
    expect(Math.abs((found?.p ?? 1) - p)).toBeLessThan(0.03);
  });

  test("have Holm's p over all tested metrics, and verdicts by it", () => {
    const tested = Object.values(comparison.metrics).filter(({ p }) => p !== undefined);
    const adjusted = adjustByHolm(tested.map(({ p = 1 }) => p));
    expect(tested.map(({ pHolm }) => pHolm)).toEqual(adjusted);
    const better = Object.values(comparison.metrics).filter(({ verdict }) => verdict === "better");
    expect(comparison.verdict).toEqual({ better: better.length, worse: 0, tested: tested.length });
    expect(better.length).toBeGreaterThan(5);
    expect(comparison.metrics["t2i.meanr"]).toMatchObject({ verdict: "better" });
    expect(comparison.metrics["t2i.medr"]).toMatchObject({ verdict: "undecided" });
  });

  test("name the queries that turn into hits and those that no longer are", () => {
    const { fixed, broken, metrics } = comparison;
    const gain = (fixed.t2i.length - broken.t2i.length) / (size.images * size.perImage);
    expect(gain).toBeCloseTo(metrics["t2i.hit@1"]?.difference ?? Number.NaN, 12);
    const [first] = fixed.t2i;
    expect(first?.a.rank).toBeGreaterThan(1);
    expect(first?.b).toMatchObject({ rank: 1, hits: [{ id: first?.relevant[0] }, {}, {}] });
    expect(first?.a.hits[0]?.id).not.toBe(first?.relevant[0]);
  });

  test("list the queries whose first relevant item moves furthest first", () => {
    const moves = comparison.fixed.t2i.map(({ a: before, b: after }) => after.rank / before.rank);
    expect(new Set(moves).size).toBeGreaterThan(2);
    expect(moves).toEqual(moves.toSorted((x, y) => x - y));
    const losses = comparison.broken.t2i.map(({ a: before, b: after }) => after.rank / before.rank);
    expect(losses).toEqual(losses.toSorted((x, y) => y - x));
  });

  test("the other way round are the same with the signs turned", async () => {
    const turned = await compareEvaluations({ a: b, b: a, resamples: 2000, seed: 7 });
    for (const [key, { difference, p }] of Object.entries(comparison.metrics)) {
      expect(turned.metrics[key]?.difference, key).toBeCloseTo(-difference, 12);
      expect(turned.metrics[key]?.p, key).toBe(p);
    }
    expect(turned.fixed.t2i.map(({ query }) => query).sort()).toEqual(
      comparison.broken.t2i.map(({ query }) => query).sort(),
    );
    expect(turned.verdict).toMatchObject({ better: 0, worse: comparison.verdict.better });
  });

  test("survive JSON, and repeat with the seed whatever the order of queries", async () => {
    expect(JSON.parse(JSON.stringify(comparison))).toEqual(comparison);
    const shuffled = { ...b, queries: b.queries.toReversed() };
    expect(await compareEvaluations({ a, b: shuffled, resamples: 2000, seed: 7 })).toEqual(
      comparison,
    );
  });
});

test("a result does not differ from itself", async () => {
  const a = await noisy(1, 2);
  const { metrics, fixed, broken, verdict } = await compareEvaluations({ a, b: a });
  for (const [key, { difference, ci95, p = 1 }] of Object.entries(metrics)) {
    expect({ difference, ci95, p }, key).toEqual({ difference: 0, ci95: [0, 0], p: 1 });
  }
  expect([fixed.t2i, broken.i2t, verdict.better]).toEqual([[], [], 0]);
});

test("models with prompts of their own can be compared", async () => {
  const [a, b] = [await noisy(1.2, 2), await noisy(0.9, 3)];
  const protocol = { ...b.document.protocol, prompt: "a photo of {}" };
  const prompted = { ...b, document: { ...b.document, protocol } };
  const { metrics } = await compareEvaluations({ a, b: prompted, resamples: 200 });
  expect(metrics).toEqual((await compareEvaluations({ a, b, resamples: 200 })).metrics);
});

test("a metric named twice is tested once", async () => {
  const [a, b] = [await noisy(1.2, 2), await noisy(0.9, 3)];
  const compare = (...metrics: string[]) => compareEvaluations({ a, b, metrics, resamples: 200 });
  const twice = await compare("t2i.hit@1", "t2i.hit@1");
  expect(twice.metrics).toEqual((await compare("t2i.hit@1")).metrics);
});

test("a metric that a query lacks has neither interval nor p; the others have theirs", async () => {
  const [a, whole] = [await noisy(1.2, 2), await noisy(0.9, 3)];
  const queries = whole.queries.map((line, i) => {
    const { rank, "map@5": map, ...rest } = line.metrics;
    return i === 4 ? { ...line, metrics: rest } : line;
  });
  const { metrics } = await compareEvaluations({ a, b: { ...whole, queries }, resamples: 200 });
  for (const key of ["t2i.map@5", "t2i.meanr", "t2i.medr"]) {
    expect(Object.keys(metrics[key] ?? {}), key).toEqual(["a", "b", "difference", "n", "verdict"]);
  }
  const { metrics: all } = await compareEvaluations({ a, b: whole, resamples: 200 });
  expect(metrics["t2i.hit@1"]?.ci95).toEqual(all["t2i.hit@1"]?.ci95);
  expect(metrics["t2i.hit@1"]?.p).toBe(all["t2i.hit@1"]?.p);
});

test("rsum and gmean have the p-value of all ways to swap clusters, worked one by one", async () => {
  const few = { images: 4, perImage: 2 };
  const a = await evaluateNoisyCaptions({ ...few, noise: 3, seed: 5 });
  const b = await evaluateNoisyCaptions({ ...few, noise: 2, seed: 6 });
  const { metrics } = await compareEvaluations({ a, b, resamples: 300 });
  /** The six hit rates of a, with the clusters whose bit is set taken from b. */
  const hitsOf = (swapped: number) =>
    (["t2i", "i2t"] as const).flatMap((direction) =>
      [1, 5, 10].map((k) => {
        const own = a.queries.flatMap((line, i) =>
          line.direction === direction ? [{ line, other: b.queries[i] ?? line }] : [],
        );
        const hits = own.map(({ line, other }) => {
          const chosen = (swapped >> line.cluster) & 1 ? other : line;
          return chosen.metrics[`hit@${k}`] ?? 0;
        });
        return hits.reduce((sum, hit) => sum + hit, 0) / own.length;
      }),
    );
  const figures = {
    rsum: (hits: readonly number[]) => 100 * hits.reduce((sum, hit) => sum + hit, 0),
    gmean: (hits: readonly number[]) => hits.reduce((product, hit) => product * hit, 1) ** (1 / 6),
  };
  for (const [key, figureOf] of Object.entries(figures)) {
    const gain = (swaps: number) => figureOf(hitsOf(15 - swaps)) - figureOf(hitsOf(swaps));
    const all = Array.from({ length: 16 }, (_, swaps) => Math.abs(gain(swaps)));
    const extreme = all.filter((difference) => difference >= Math.abs(gain(0)) - 1e-9);
    expect(metrics[key]?.difference, key).toBeCloseTo(gain(0), 9);
    expect(metrics[key]?.p, key).toBeCloseTo(extreme.length / 16, 12);
  }
});

test("medr has an interval that resampled medians give, and no test", async () => {
  const a = await noisy(6, 2);
  const b = await noisy(4, 3);
  const { metrics } = await compareEvaluations({ a, b, resamples: 400, seed: 5 });
  const { start, candidate, groups } = columns(a, b, "rank");
  const medianOf = (ranks: Float64Array, times: Float64Array) => {
    const drawn = Array.from(ranks).flatMap((rank, query) =>
      new Array<number>(times[groups[query] ?? 0] ?? 0).fill(rank),
    );
    return quantile(
      drawn.sort((x, y) => x - y),
      0.5,
    );
  };
  const draws = resampledTimes({ clusters: size.images, resamples: 400, seed: 5 });
  const samples = Float64Array.from(
    Array.from(draws, (times) => medianOf(candidate, times) - medianOf(start, times)),
  );
  const estimate = metrics["t2i.medr"]?.difference ?? Number.NaN;
  expect(metrics["t2i.medr"]?.ci95).toEqual(
    resampledInterval({ samples, estimate, clusters: size.images }),
  );
  expect(new Set(samples).size).toBeGreaterThan(5);
  expect(metrics["t2i.medr"]).not.toHaveProperty("p");
});

test("only common cut-offs are compared; the others are named", async () => {
  const a = await noisy(1, 2, { cutoffs: [1, 5] });
  const b = await noisy(1, 3, { cutoffs: [5, 10] });
  const { k, metrics, onlyIn } = await compareEvaluations({ a, b, resamples: 50 });
  expect(k).toBe(5);
  expect(Object.keys(metrics)).not.toContain("t2i.hit@1");
  expect(onlyIn.a).toContain("t2i.hit@1");
  expect(onlyIn.b).toContain("i2t.hit@10");
  await expect(compareEvaluations({ a, b, k: 1 })).rejects.toThrow(
    new RangeError("k must be a cut-off of both results, 5; found 1."),
  );
  const other = await noisy(1, 3, { cutoffs: [2] });
  await expect(compareEvaluations({ a, b: other })).rejects.toMatchObject({
    code: "NOTHING_IN_COMMON",
  });
});

test("different galleries are refused, and the message says what is different", async () => {
  const a = await noisy(1, 2);
  const b = await evaluateNoisyCaptions({
    ...{ images: 39, perImage: 3, noise: 1, seed: 2 },
    galleryHash: "other",
  });
  await expect(compareEvaluations({ a, b })).rejects.toMatchObject({
    code: "GALLERIES_DIFFER",
    message: expect.stringContaining(
      "a: drawn, 40 images, 120 texts, 120 pairs. b: drawn, 39 images, 117 texts, 117 pairs. " +
        "Texts only in a (3): text 117, text 118, text 119. Images only in a (1): image 39.",
    ),
  });
});

test("other judgements of the same items are another gallery", async () => {
  const a = await noisy(1, 2);
  const [first, ...others] = a.queries;
  if (!first) throw new Error("There are queries.");
  const queries = [{ ...first, relevant: ["image 1"] }, ...others];
  const b = { document: { ...a.document, dataset: { ...a.document.dataset, galleryHash: "x" } } };
  await expect(compareEvaluations({ a, b: { ...b, queries } })).rejects.toMatchObject({
    code: "GALLERIES_DIFFER",
    message: expect.stringContaining("Queries with other relevant items (1): text 0 (t2i)."),
  });
});

test("other ways to measure are refused, and queries that are missing", async () => {
  const a = await noisy(1, 2);
  const protocol = { ...a.document.protocol, ties: "trec" };
  const b = { ...a, document: { ...a.document, protocol } };
  await expect(compareEvaluations({ a, b })).rejects.toMatchObject({
    code: "PROTOCOLS_DIFFER",
    message: expect.stringContaining('ties is "expected" in a and "trec" in b'),
  });
  const cut = { ...a, queries: a.queries.slice(1) };
  for (const pair of [
    { a, b: cut },
    { a: cut, b: a },
  ]) {
    await expect(compareEvaluations(pair)).rejects.toMatchObject({ code: "QUERIES_DIFFER" });
  }
});

test("it ends with the signal's reason, and reports how far it is", async () => {
  const a = await noisy(1, 2);
  const stages = new Set<string>();
  const onProgress = ({ stage }: { stage: string }) => stages.add(stage);
  await compareEvaluations({ a, b: a, resamples: 10, onProgress });
  expect([...stages]).toEqual(["resampling", "swapping"]);
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(compareEvaluations({ a, b: a, signal })).rejects.toThrow("enough");
});
