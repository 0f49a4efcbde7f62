import { CalibrationError, createRandom } from "@semblance/core";
import { beforeAll, describe, expect, test } from "vitest";
import { drawPairs, posteriorOf } from "../fixtures/draw-pairs.ts";
import { readPairs } from "../pairs/pair-table.ts";
import { applyCalibration, uncalibratedProbabilities, withPrior } from "./apply-calibration.ts";
import { assignFolds } from "./assign-folds.ts";
import type { Calibration } from "./calibration.ts";
import { crossValidate } from "./cross-validate.ts";
import { evaluateCalibration } from "./evaluate-calibration.ts";
import { fitCalibration } from "./fit-calibration.ts";

const confidence = { resamples: 120 };
const val = drawPairs({ random: createRandom(1), images: 60 });
const fresh = drawPairs({ random: createRandom(3), images: 60 });
const some = [0.1, 0.2, 0.3, 0.4, 0.5];

describe("a calibration of scores with a known posterior", () => {
  let calibration: Calibration;
  beforeAll(async () => {
    calibration = await fitCalibration({ ...val, confidence });
  });

  test("is the simplest that is right, and near the truth", () => {
    expect(calibration.method).toBe("platt");
    const found = applyCalibration(withPrior(calibration, 0.5), Float64Array.from(some));
    for (const [i, score] of some.entries()) {
      expect(Math.abs((found[i] ?? 0) - posteriorOf(score, 0.5))).toBeLessThan(0.06);
    }
  });

  test("says what it was fitted on, how it was chosen, and survives JSON", () => {
    expect(calibration).toMatchObject({
      schema: 1,
      before: { kind: "cosine" },
      prior: expect.closeTo(1 / 60, 12),
      sampling: { rule: "all-pairs", positives: 180, negatives: 10_620 },
      crossValidation: {
        folds: 5,
        refused: { model: "The model does not score pairs by a sigmoid." },
      },
    });
    const { platt, isotonic } = calibration.crossValidation.logLoss;
    expect(platt?.value).toBeLessThan(isotonic?.value ?? 0);
    expect(JSON.parse(JSON.stringify(calibration))).toEqual(calibration);
  });

  test.each(["data", 0.5] as const)("is right on fresh pairs at prior %s", async (prior) => {
    const options = { ...fresh, calibration, prior, confidence };
    const { after, before, brierSkill } = await evaluateCalibration(options);
    expect(brierSkill.overBaseRate.ci95?.[0]).toBeGreaterThan(0);
    expect(brierSkill.overBefore.ci95?.[0]).toBeGreaterThan(0);
    expect(after.slope?.ci95?.[0]).toBeLessThan(1);
    expect(after.slope?.ci95?.[1]).toBeGreaterThan(1);
    expect(before).toMatchObject({ name: "(cosine + 1) / 2" });
    expect(after.ece.value).toBeLessThan(before.ece.value / 3);
  });

  test("moves to another prior and back, without thresholds, which would reach something else", () => {
    const decision = { target: { recall: 0.5 }, threshold: 0.3 } as never;
    const moved = withPrior({ ...calibration, thresholds: [decision] }, 0.3);
    expect(moved).not.toHaveProperty("thresholds");
    expect(moved).toMatchObject({ prior: 0.3, fittedPrior: calibration.prior });
    const back = applyCalibration(withPrior(moved, calibration.prior), Float64Array.from(some));
    const first = applyCalibration(calibration, Float64Array.from(some));
    expect([...back]).toEqual(Array.from(first, (value) => expect.closeTo(value, 12)));
    expect(() => withPrior(calibration, 1)).toThrow(RangeError);
  });
});

describe("cross-validation", () => {
  const table = readPairs(val);

  test("keeps clusters together, in parts of one size with as many matches", () => {
    const parts = assignFolds(table, { folds: 5, seed: 3 });
    const sizes = [0, 1, 2, 3, 4].map((part) => parts.filter((own) => own === part).length);
    expect(sizes).toEqual([12, 12, 12, 12, 12]);
    expect(assignFolds(table, { folds: 5, seed: 4 })).not.toEqual(parts);
  });

  test("spreads the few clusters with a match over all parts", () => {
    const { image } = table.clusters;
    const labels = table.labels.map((label, pair) => ((image[pair] ?? 0) < 5 ? label : 0));
    const parts = assignFolds({ ...table, labels }, { folds: 5, seed: 3 });
    expect([...parts.subarray(0, 5)].toSorted()).toEqual([0, 1, 2, 3, 4]);
  });

  test("predicts a pair by curves that saw neither its image nor its text", async () => {
    const options = { folds: 3, seed: 0, methods: ["platt"], before: { kind: "cosine" } } as const;
    const first = (await crossValidate(table, options)).probabilities.get("platt");
    const cluster = table.clusters.image[0];
    const touches = (pair: number) =>
      table.clusters.image[pair] === cluster || table.clusters.text[pair] === cluster;
    const labels = table.labels.map((label, pair) => (touches(pair) ? 1 - label : label));
    const other = (await crossValidate({ ...table, labels }, options)).probabilities.get("platt");
    const moved = Array.from(labels.keys()).filter((pair) => first?.[pair] !== other?.[pair]);
    expect(moved.length).toBeGreaterThan(0);
    expect(moved.some(touches)).toBe(false);
  });
});

describe("a model with a sigmoid of its own", () => {
  const scoring = { kind: "sigmoid", logitScale: 15, logitBias: -4.125 } as const;

  test("is left as it is where it is right", async () => {
    const { method, parameters, reliability } = await fitCalibration({
      ...val,
      scoring,
      prior: 0.5,
      confidence,
    });
    expect({ method, parameters }).toEqual({
      method: "model",
      parameters: { slope: 15, intercept: -4.125 },
    });
    expect(reliability.before.name).toBe("the model's sigmoid");
    expect(reliability.brierSkill.overBefore.value).toBe(0);
  });

  test("is the start of what is fitted where it is not", async () => {
    const options = { ...val, scoring: { ...scoring, logitBias: 3 }, prior: 0.5, confidence };
    const { method, before } = await fitCalibration(options);
    expect(method).not.toBe("model");
    expect(before).toEqual({ kind: "sigmoid", logitScale: 15, logitBias: 3 });
  });

  test.each([confidence, false] as const)("is refused where matches score lower", async (sure) => {
    const scores = val.scores.map((score) => 0.5 - score);
    const fitted = fitCalibration({ ...val, scores, scoring, prior: 0.5, confidence: sure });
    await expect(fitted).rejects.toMatchObject({ code: "CALIBRATION_FAILED" });
  });
});

test("slope and intercept are left out where matches are told from all others", async () => {
  const scores = val.scores.map((score, pair) => score + 5 * (val.labels[pair] ?? 0));
  const { reliability } = await fitCalibration({ ...val, scores, confidence: false });
  expect(reliability.before).not.toHaveProperty("slope");
  expect(reliability.after.brier.value).toBeLessThan(1e-4);
  expect(JSON.parse(JSON.stringify(reliability))).toEqual(reliability);
});

test("a curve that is no line of log-odds takes more than platt", async () => {
  const scores = val.scores.map((score) => Math.tanh(8 * (score - 0.2)) * 0.9);
  const { method } = await fitCalibration({ ...val, scores, prior: 0.5, confidence });
  expect(["beta", "isotonic"]).toContain(method);
});

test("a sample of the negatives, weighted to stand for all, gives what all of them give", async () => {
  const keep = Array.from(val.labels.keys()).filter((pair) => val.labels[pair] || pair % 4 === 0);
  const pick = (of: Uint32Array) => Uint32Array.from(keep, (pair) => of[pair] ?? 0);
  const sampled = {
    scores: Float64Array.from(keep, (pair) => val.scores[pair] ?? 0),
    labels: Uint8Array.from(keep, (pair) => val.labels[pair] ?? 0),
    weights: Float64Array.from(keep, (pair) => (val.labels[pair] ? 1 : 4)),
    groups: { image: pick(val.groups.image), text: pick(val.groups.text) },
    rule: "sampled-negatives",
  } as const;
  const methods = ["platt"] as const;
  const all = await fitCalibration({ ...val, methods, confidence: false });
  const part = await fitCalibration({ ...sampled, methods, confidence: false });
  expect(part.prior).toBeCloseTo(all.prior, 3);
  const [a, b] = [all, part].map((own) => applyCalibration(own, Float64Array.from(some)));
  for (const [i, value] of (a ?? []).entries()) expect((b?.[i] ?? 0) / value).toBeCloseTo(1, 0);
});

test("without calibration a cosine is (cosine + 1) / 2, clipped, and a sigmoid its own", () => {
  const scores = Float64Array.of(-1.0001, 0, 0.5, 1.0001);
  const sigmoid = { kind: "sigmoid", logitScale: 2, logitBias: 0 } as const;
  expect([...uncalibratedProbabilities({ kind: "cosine" }, scores)]).toEqual([0, 0.5, 0.75, 1]);
  expect(uncalibratedProbabilities(sigmoid, scores)[2]).toBeCloseTo(1 / (1 + Math.exp(-1)), 12);
});

describe("errors", () => {
  test("scores that fall as matches get likelier cannot be calibrated", async () => {
    const scores = val.scores.map((score) => -score);
    const run = fitCalibration({ ...val, scores, confidence });
    await expect(run).rejects.toThrow(CalibrationError);
    await expect(run).rejects.toMatchObject({
      code: "CALIBRATION_FAILED",
      message: expect.stringContaining("platt: Scores do not rise with the share of matches."),
    });
  });

  test("fewer clusters with a match than parts are too few", async () => {
    const few = drawPairs({ random: createRandom(1), images: 4 });
    await expect(fitCalibration(few)).rejects.toThrow(
      "Matches lie in 4 independent groups; cross-validation in 5 parts needs at least as many.",
    );
  });

  test("pairs of one kind, and options out of range, are refused", async () => {
    const labels = new Uint8Array(val.labels.length);
    const calibration = await fitCalibration({ ...val, methods: ["platt"], confidence: false });
    await expect(fitCalibration({ ...val, labels })).rejects.toMatchObject({ code: "ONE_CLASS" });
    await expect(evaluateCalibration({ ...val, labels, calibration })).rejects.toMatchObject({
      code: "ONE_CLASS",
    });
    await expect(fitCalibration({ ...val, folds: 2 })).rejects.toThrow("at least 3, found 2");
    await expect(fitCalibration({ ...val, methods: [] })).rejects.toThrow(
      "methods must be some of",
    );
  });
});
