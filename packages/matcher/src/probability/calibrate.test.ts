import { datasetFromTable } from "@semblance/data";
import { expect, test } from "vitest";
import { columns, freshEncoder, manyPairs, pairs } from "../../fixtures/pairs.ts";
import { createMatcher } from "../create-matcher.ts";

const unlike = { image: ["red-dog.jpg"], caption: ["green tree"] };

async function calibrated(options = {}) {
  const matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const report = await matcher.calibrate({ data: manyPairs, ...options });
  return { matcher, report };
}

test("a calibrated model's probabilities are those of its curve, and the result says so", async () => {
  const { matcher, report } = await calibrated();
  await using _ = matcher;
  const before = await matcher.predictProba(unlike);
  expect(before).toMatchObject({ calibrated: true, prior: report.calibration.calibration.prior });
  expect(before.method).toBe(report.calibration.calibration.method);
  expect(before.probabilities[0]).toBeLessThan(0.05);
  const [match] = (await matcher.predictProba(pairs)).probabilities;
  expect(match).toBeGreaterThan(0.5);
});

test("all images × texts are compared, at the share of matches that they have", async () => {
  const { matcher, report } = await calibrated();
  await using _ = matcher;
  const { calibration, data } = report.calibration;
  expect(calibration.sampling).toMatchObject({ rule: "all-pairs", positives: 48, negatives: 1104 });
  expect(calibration.prior).toBeCloseTo(48 / 1152, 9);
  expect(data).toMatchObject({ images: 24, texts: 48, pairs: 48, split: null });
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});

test("another prior moves probabilities, when calibrating and when predicting", async () => {
  const { matcher, report } = await calibrated({ prior: 0.5 });
  await using _ = matcher;
  expect(report.calibration.calibration.prior).toBe(0.5);
  const [usual = 0] = (await matcher.predictProba(unlike)).probabilities;
  const rare = await matcher.predictProba(unlike, { prior: 0.01 });
  expect(rare.prior).toBe(0.01);
  expect(rare.probabilities[0]).toBeLessThan(usual ?? 0);
});

test("the first target decides from where on predict calls a pair a match", async () => {
  const { matcher, report } = await calibrated({ target: [{ recall: 0.5 }, { recall: 0.8 }] });
  await using _ = matcher;
  const [first, second] = report.calibration.calibration.thresholds ?? [];
  expect(first?.target).toEqual({ recall: 0.5 });
  expect(first?.threshold).toBeGreaterThan(second?.threshold ?? 9);
  const found = await matcher.predict(manyPairs);
  const matches = found.scores.map((score) => Number((score ?? 0) >= (first?.threshold ?? 0)));
  expect(found.labels).toEqual(matches);
  expect(found.warnings).toEqual([]);
  const moved = await matcher.predict(manyPairs, { prior: 0.5 });
  expect(moved).toMatchObject({ threshold: 0.5, warnings: [{ code: "THRESHOLD_NOT_USED" }] });
  const given = await matcher.predict(manyPairs, { prior: 0.5, threshold: 0.4 });
  expect(given.warnings).toEqual([]);
});

test("listed negatives are those of the label column, and say nothing about searches", async () => {
  const { matcher } = await calibrated();
  await using _ = matcher;
  const { image, caption } = manyPairs;
  const shifted = [...image.slice(12), ...image.slice(0, 12)];
  const data = {
    image: [...image, ...shifted],
    caption: [...caption, ...caption],
    relevance: [...image.map(() => 1), ...shifted.map(() => 0)],
  };
  const { calibration } = await matcher.calibrate({ data, negatives: "listed" });
  expect(calibration.calibration.sampling).toMatchObject({ rule: "listed", negatives: 48 });
  expect(calibration.abstention).toBeNull();
  const asked = matcher.calibrate({ data, negatives: "listed", falseAlarmRate: 0.2 });
  await expect(asked).rejects.toThrow(RangeError);
});

test("a dataset calibrates as its table does, and only the split asked for", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const split = manyPairs.image.map((_, row) => (row < 30 ? "val" : "test"));
  const dataset = datasetFromTable({ columns: { ...manyPairs, split }, length: split.length });
  const { calibration } = await matcher.calibrate({ dataset, split: "val" });
  expect(calibration.data).toMatchObject({ split: "val", images: 15, texts: 30 });
});

test("an image that cannot be read is one failure; the rest calibrates", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const data = {
    image: [...manyPairs.image, "broken.jpg"],
    caption: [...manyPairs.caption, "nothing"],
  };
  const { failures, calibration } = await matcher.calibrate({ data });
  expect(failures).toMatchObject([{ code: "INPUT_UNREADABLE", input: "broken" }]);
  expect(calibration.data.images).toBe(24);
});

test("too few images, and no matches at all, are refused with what to do", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  await expect(matcher.calibrate({ data: pairs })).rejects.toMatchObject({
    code: "CALIBRATION_FAILED",
  });
  const data = { ...pairs, relevance: [0, 0, 0] };
  await expect(matcher.calibrate({ data })).rejects.toMatchObject({ code: "NOTHING_TO_CALIBRATE" });
  await expect(matcher.calibrate({})).rejects.toThrow(TypeError);
});

test("a false-alarm rate that so few images cannot show is refused, unless nobody asked for one", async () => {
  const { matcher, report } = await calibrated();
  await using _ = matcher;
  expect(report.calibration.abstention).toBeNull();
  const asked = matcher.calibrate({ data: manyPairs, falseAlarmRate: 0.01 });
  await expect(asked).rejects.toMatchObject({ code: "TARGET_NOT_SUPPORTED" });
  expect(matcher.calibration).toEqual(report.calibration);
});
