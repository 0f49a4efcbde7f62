import { describe, expect, test } from "vitest";
import fixture from "../fixtures/pair-metrics.json" with { type: "json" };
import { evaluatePairs } from "./evaluate-pairs.ts";

const quick = { resamples: 200 };
const few = {
  scores: Float64Array.of(0.9, 0.8, 0.8, 0.1),
  labels: Uint8Array.of(1, 1, 0, 0),
};

describe("metrics of pairs", () => {
  test.each(Object.entries(fixture.cases))("equal scikit-learn's %s", async (_, pairs) => {
    const { metrics } = await evaluatePairs({
      scores: Float64Array.from(pairs.scores),
      labels: Uint8Array.from(pairs.labels),
      weights: Float64Array.from(pairs.weights),
      probabilities: Float64Array.from(pairs.probabilities),
      threshold: pairs.threshold,
      confidence: false,
    });
    for (const [name, value] of Object.entries(pairs.expected)) {
      expect(metrics, name).toHaveProperty(name, { value: expect.closeTo(value, 12), n: 150 });
    }
  });

  test.each(["equal-width", "equal-mass"] as const)(
    "take the %s bins of scikit-learn's reliability curve, and ece is their weighted gap",
    async (kind) => {
      const { bins: given } = fixture;
      const probabilities = Float64Array.from(given.probabilities);
      const { bins = [], metrics } = await evaluatePairs({
        scores: probabilities,
        labels: Uint8Array.from(given.labels),
        probabilities,
        binning: { kind, count: 15 },
        confidence: false,
      });
      const { observed, meanProbability } = given[kind];
      expect(bins.map((bin) => bin.observed)).toEqual(close(observed));
      expect(bins.map((bin) => bin.meanProbability)).toEqual(close(meanProbability));
      const gap = (i: number) => Math.abs((observed[i] ?? 0) - (meanProbability[i] ?? 0));
      const expected = bins.reduce((sum, { weight }, i) => sum + weight * gap(i), 0);
      expect(metrics.ece?.value).toBeCloseTo(expected, 12);
    },
  );

  test("put equal probabilities into one bin, that of their middle", async () => {
    const probabilities = Float64Array.of(0.8, 0.8, 0.8, 0.2);
    const binning = { kind: "equal-mass", count: 2 } as const;
    const { bins } = await evaluatePairs({ ...few, probabilities, binning, confidence: false });
    expect(bins).toEqual([
      { meanProbability: 0.2, observed: 0, count: 1, weight: 0.25 },
      { meanProbability: expect.closeTo(0.8, 12), observed: 2 / 3, count: 3, weight: 0.75 },
    ]);
  });

  test("say where the pairs came from", async () => {
    const { sampling, prior } = await evaluatePairs({
      ...few,
      weights: Float64Array.of(3, 3, 2, 0),
    });
    expect(sampling).toEqual({ rule: "listed", positives: 2, negatives: 2, prior: 0.75 });
    expect(prior).toBe(0.75);
  });

  test("hold for another share of matches as if there were that many", async () => {
    const { auroc, recall, precision, brier } = (
      await evaluatePairs({
        ...few,
        probabilities: few.scores,
        threshold: 0.5,
        prior: 0.1,
        confidence: false,
      })
    ).metrics;
    expect(auroc?.value).toBeCloseTo(0.875, 12);
    expect(recall?.value).toBe(1);
    expect(precision?.value).toBeCloseTo(0.1 / (0.1 + 0.45), 12);
    expect(brier?.value).toBeCloseTo((0.1 * (0.01 + 0.04) + 0.9 * (0.64 + 0.01)) / 2, 12);
  });

  test("do not depend on the order of pairs, and a weight of 2 is a pair given twice", async () => {
    const given = fixture.cases["with ties"];
    const measure = async (rows: readonly number[], weights: readonly number[]) => {
      const pick = (of: readonly number[]) => Float64Array.from(rows, (row) => of[row] ?? 0);
      const { metrics } = await evaluatePairs({
        scores: pick(given.scores),
        labels: Uint8Array.from(pick(given.labels)),
        probabilities: pick(given.probabilities),
        weights: Float64Array.from(weights),
        threshold: 0.3,
        confidence: false,
      });
      return Object.values(metrics).map(({ value }) => value);
    };
    const rows = Array.from(given.scores.keys());
    const ones = rows.map(() => 1);
    const twice = rows.flatMap((row) => (row % 3 === 0 ? [row, row] : [row]));
    const heavy = rows.map((row) => (row % 3 === 0 ? 2 : 1));
    expect(await measure(rows.toReversed(), ones)).toEqual(close(await measure(rows, ones)));
    const ofTwice = await measure(
      twice,
      twice.map(() => 1),
    );
    expect(ofTwice).toEqual(close(await measure(rows, heavy)));
  });

  test("leave out what is not defined", async () => {
    const onlyMatches = { ...few, labels: Uint8Array.of(1, 1, 1, 1) };
    const onlyOthers = { ...few, labels: Uint8Array.of(0, 0, 0, 0) };
    const names = async (pairs: typeof few, threshold: number) =>
      Object.keys((await evaluatePairs({ ...pairs, threshold, confidence: quick })).metrics);
    expect(await names(onlyMatches, 0.5)).toEqual(["ap", "precision", "recall", "f1"]);
    expect(await names(onlyOthers, 0.5)).toEqual(["precision"]);
    expect(await names(few, 2)).toEqual(["auroc", "ap", "recall", "f1"]);
  });

  test("count a wrong certainty as 36 nats, not as infinity", async () => {
    const probabilities = Float64Array.of(0, 1, 0, 0);
    const { metrics } = await evaluatePairs({ ...few, probabilities, confidence: false });
    expect(metrics.logLoss?.value).toBeCloseTo((52 * Math.LN2) / 4, 9);
  });
});

describe("intervals", () => {
  const scores = Float64Array.from({ length: 40 }, (_, pair) => (pair < 4 ? 0.9 : 0.1));
  const labels = Uint8Array.from(scores, (score) => Number(score > 0.5));

  test("take the share of matches as given where pairs were made, not where they were listed", async () => {
    const precisionOf = async (rule: "all-pairs" | "listed") =>
      (await evaluatePairs({ scores, labels, rule, threshold: 0, confidence: quick })).metrics
        .precision;
    const fixed = await precisionOf("all-pairs");
    expect(fixed?.ci95).toEqual([expect.closeTo(0.1, 12), expect.closeTo(0.1, 12)]);
    const [low = 1, high = 0] = (await precisionOf("listed"))?.ci95 ?? [];
    expect(high - low).toBeGreaterThan(0.1);
  });

  test("of a share of a few pairs are as wide as these pairs are few", async () => {
    const pairs = { scores, labels, threshold: 0.5, confidence: quick };
    const { recall, precision } = (await evaluatePairs(pairs)).metrics;
    // Wilson's for 4 of 4.
    expect(recall?.ci95).toEqual([expect.closeTo(0.5101, 4), 1]);
    expect(precision?.ci95).toEqual([expect.closeTo(0.5101, 4), 1]);
  });
});

describe("errors", () => {
  test.each([
    [{ labels: Uint8Array.of(1) }, "found 4 scores and 1 labels"],
    [{ labels: Uint8Array.of(1, 2, 0, 0) }, "The label of pair 1 is 2"],
    [{ weights: Float64Array.of(1, -1, 1, 1) }, "The weight of pair 1 is -1"],
    [{ weights: new Float64Array(4) }, "All weights are 0"],
    [{ scores: Float64Array.of(1, Number.NaN, 1, 1) }, "The score of pair 1 is NaN"],
    [{ groups: Uint32Array.of(1) }, "1 groups"],
    [{ prior: 1 }, "prior must be"],
    [{ threshold: Number.NaN }, "threshold must be a number, found NaN"],
    [{ probabilities: Float64Array.of(0, 1, 2, 0) }, "The probability of pair 2 is 2"],
    [{ probabilities: few.scores, binning: { kind: "equal-mass", count: 0 } }, "count of bins"],
    [{ confidence: { resamples: 0 } }, "resamples"],
  ] as const)("refuse what is out of range: %o %s", async (wrong, message) => {
    const run = evaluatePairs({ ...few, ...wrong });
    await expect(run).rejects.toThrow(RangeError);
    await expect(run).rejects.toThrow(message);
  });

  test("refuse to weight pairs of one kind to a prior", async () => {
    const run = evaluatePairs({ ...few, labels: new Uint8Array(4), prior: 0.5 });
    await expect(run).rejects.toMatchObject({ code: "ONE_CLASS" });
  });

  test("refuse to go on when aborted", async () => {
    const run = evaluatePairs({ ...few, signal: AbortSignal.abort(new Error("enough")) });
    await expect(run).rejects.toThrow("enough");
  });
});

function close(values: readonly number[]): unknown[] {
  return values.map((value) => expect.closeTo(value, 12));
}
