import { describe, expect, test } from "vitest";
import fixture from "../../fixtures/curves.json" with { type: "json" };
import { rankPairs } from "../../pairs/pair-ranking.ts";
import type { CalibrationMethod } from "../calibration.ts";
import { curveLogit, sigmoid } from "./curve.ts";
import { type CurvePairs, fitCurve } from "./fit-curve.ts";
import { fitIsotonic, interpolate } from "./isotonic-regression.ts";
import { fitLogistic } from "./logistic-regression.ts";

const cosine = { kind: "cosine" } as const;
const model = { kind: "sigmoid", logitScale: 10, logitBias: -3 } as const;
const pairs = pairsOf(fixture.scores, fixture.labels, fixture.weights);

function pairsOf(
  scores: readonly number[],
  labels: readonly number[],
  weights?: readonly number[],
) {
  const own = Float64Array.from(scores);
  return {
    scores: own,
    labels: Uint8Array.from(labels),
    weights: Float64Array.from(weights ?? labels.map(() => 1)),
    ranking: rankPairs(own),
    before: cosine,
  };
}

function probabilitiesOf(method: CalibrationMethod, given: CurvePairs, at: readonly number[]) {
  const curve = fitCurve(method, given);
  if (typeof curve === "string") throw new Error(curve);
  return at.map((score) => sigmoid(curveLogit(curve, given.before, score)));
}

describe("curves equal scikit-learn's", () => {
  test("logistic regression, weighted", () => {
    const { scores, labels, weights } = pairs;
    const targets = Float64Array.from(labels);
    const fit = fitLogistic({ features: [scores], targets, weights });
    expect([...(fit?.coefficients ?? []), fit?.intercept]).toEqual(close(fixture.logistic, 6));
  });

  test("none where matches are told from all others, or from all but equal scores", () => {
    const lineThrough = (scores: number[], labels: number[]) => {
      const targets = Float64Array.from(labels);
      const weights = new Float64Array(labels.length).fill(1);
      return fitLogistic({ features: [Float64Array.from(scores)], targets, weights });
    };
    expect(lineThrough([0.1, 0.2, 0.3, 0.4], [0, 0, 1, 1])).toBeUndefined();
    expect(lineThrough([0.1, 0.2, 0.2, 0.4], [0, 0, 1, 1])).toBeUndefined();
    expect(lineThrough([0.2, 0.2, 0.2, 0.2], [0, 0, 1, 1])).toBeUndefined();
  });

  test("platt, with smoothed targets", () => {
    const [slope, intercept] = close(fixture.platt, 6);
    expect(fitCurve("platt", pairs)).toEqual({ method: "platt", parameters: { slope, intercept } });
  });

  test("beta", () => {
    const [a, b, c] = close(fixture.beta, 5);
    expect(fitCurve("beta", pairs)).toEqual({ method: "beta", parameters: { a, b, c } });
  });

  test("isotonic, with ties, weights, straight lines between and level ends", () => {
    const fit = fitIsotonic({ ...pairs, targets: pairs.labels });
    const found = fixture.isotonic.at.map((score) => interpolate(fit, score));
    expect(found).toEqual(close(fixture.isotonic.values, 12));
  });
});

describe("curves", () => {
  const rising = [0.1, 0.2, 0.3, 0.4];
  const mixed = pairsOf([0.1, 0.2, 0.3, 0.4, 0.2, 0.3], [0, 0, 1, 1, 1, 0]);

  test.each(["platt", "beta", "isotonic"] as const)(
    "of %s are probabilities off 0 and 1 even where matches are told from all others",
    (method) => {
      const found = probabilitiesOf(method, pairsOf(rising, [0, 0, 1, 1]), [-1, ...rising, 1]);
      expect(Math.min(...found)).toBeGreaterThan(0);
      expect(Math.max(...found)).toBeLessThan(1);
      expect(found).toEqual(found.toSorted((a, b) => a - b));
    },
  );

  test.each(["platt", "beta", "isotonic"] as const)(
    "of %s are refused where scores fall as matches get likelier",
    (method) => {
      const reason = "Scores do not rise with the share of matches.";
      expect(fitCurve(method, pairsOf(rising, [1, 1, 0, 0]))).toBe(reason);
      expect(fitCurve(method, pairsOf([0.2, 0.2, 0.2, 0.2], [1, 0, 1, 0]))).not.toHaveProperty(
        "method",
      );
    },
  );

  test.each(["temperature", "platt", "beta", "isotonic"] as const)(
    "of %s are refused where all pairs of one kind have no weight",
    (method) => {
      const before = { kind: "sigmoid", logitScale: 10, logitBias: -3 } as const;
      for (const weights of [
        [1, 1, 0, 0],
        [0, 0, 1, 1],
      ]) {
        const oneKind = { ...pairsOf(rising, [0, 0, 1, 1], weights), before };
        expect(fitCurve(method, oneKind)).toBe(
          "Pairs that match and pairs that do not are both needed.",
        );
      }
    },
  );

  test("take the model's own sigmoid as it is, or with another slope and its bias", () => {
    const own = { ...mixed, before: model };
    const parameters = { slope: 10, intercept: -3 };
    expect(fitCurve("model", own)).toEqual({ method: "model", parameters });
    expect(fitCurve("temperature", own)).toMatchObject({ parameters: { intercept: -3 } });
    expect(fitCurve("temperature", mixed)).toBe("The model does not score pairs by a sigmoid.");
    expect(fitCurve("model", mixed)).toBe("The model does not score pairs by a sigmoid.");
  });

  test("have the temperature that a search over all finds", () => {
    const { scores, labels } = mixed;
    const curve = fitCurve("temperature", { ...mixed, before: model });
    const lossAt = (slope: number) =>
      scores.reduce((sum, score, pair) => {
        const target = labels[pair] ? 4 / 5 : 1 / 5;
        const probability = sigmoid(slope * score - 3);
        return sum - target * Math.log(probability) - (1 - target) * Math.log(1 - probability);
      }, 0);
    const tried = Array.from({ length: 4000 }, (_, i) => i / 100);
    const best = tried.reduce((a, b) => (lossAt(b) < lossAt(a) ? b : a));
    expect(curve).toMatchObject({ parameters: { slope: expect.closeTo(best, 1) } });
  });

  test("of beta start from a model's own sigmoid, however sure it is", () => {
    const scores = Array.from({ length: 60 }, (_, i) => i / 60);
    const labels = scores.map((score, i) => Number(score > 0.5 !== (i % 7 === 0)));
    const sure = { kind: "sigmoid", logitScale: 400, logitBias: -160 } as const;
    const found = probabilitiesOf("beta", { ...pairsOf(scores, labels), before: sure }, scores);
    expect(found).toEqual(found.toSorted((a, b) => a - b));
    expect(found.every(Number.isFinite)).toBe(true);
  });
});

function close(values: readonly number[], digits: number): unknown[] {
  return values.map((value) => expect.closeTo(value, digits));
}
