import { CalibrationError, createRandom, normalizeRows, toEmbeddings } from "@semblance/core";
import { describe, expect, test } from "vitest";
import { chooseAbstention } from "./choose-abstention.ts";
import { topScores } from "./top-scores.ts";

function drawScores(seed: number, count: number) {
  const random = createRandom(seed);
  const topScoresWithoutTarget = Float64Array.from({ length: count }, () => random() * 0.4);
  const topScoresWithTarget = topScoresWithoutTarget.map((score) =>
    Math.max(score, random() * 0.6),
  );
  return { topScoresWithTarget, topScoresWithoutTarget };
}

describe("chooseAbstention", () => {
  test("keeps searches for what is not there to the rate, on average over fresh ones", () => {
    let answered = 0;
    for (let seed = 0; seed < 200; seed++) {
      const { threshold } = chooseAbstention({
        ...drawScores(seed, 150),
        falseAlarmRate: 0.1,
        confidence: { resamples: 1 },
      });
      // Best wrong scores are uniform up to 0.4.
      answered += (0.4 - threshold) / 0.4 / 200;
    }
    expect(answered).toBeLessThan(0.1);
    expect(answered).toBeGreaterThan(0.09);
  });

  test("says how many of both kinds get an answer, by hand", () => {
    const scores = Float64Array.from({ length: 40 }, (_, i) => (i * 7) % 40);
    const found = chooseAbstention({
      topScoresWithoutTarget: scores,
      topScoresWithTarget: scores.map((score) => Math.max(score, 36)),
      falseAlarmRate: 0.1,
      gallery: 50,
    });
    // 4.1 of 41, the one more counted in: three of the 40, which are 37, 38 and 39.
    expect(found).toMatchObject({ threshold: 36.5, falseAlarmRate: 0.1, gallery: 50 });
    expect(found.falseAlarms).toMatchObject({ value: 0.075, n: 40 });
    expect(found.answered.value).toBe(0.075);
    expect(found.falseAlarms.ci95?.[1]).toBeGreaterThan(0.1);
  });

  test("lets none of many equal scores through rather than all", () => {
    const { threshold, falseAlarms } = chooseAbstention({
      topScoresWithTarget: new Float64Array(100).fill(0.3),
      topScoresWithoutTarget: new Float64Array(100).fill(0.3),
      falseAlarmRate: 0.1,
    });
    expect(threshold).toBeGreaterThan(0.3);
    expect(falseAlarms.value).toBe(0);
    expect(falseAlarms.ci95?.[1]).toBeCloseTo(0.037, 3);
  });

  test("refuses a rate that so few queries cannot show, captions of one image being one", () => {
    const scores = drawScores(1, 100);
    const groups = Uint32Array.from({ length: 100 }, (_, i) => i >> 2);
    const choose = (falseAlarmRate: number) => () =>
      chooseAbstention({ ...scores, groups, falseAlarmRate });
    expect(choose(0.2)).not.toThrow();
    expect(choose(0.05)).toThrow(CalibrationError);
    expect(choose(0.05)).toThrow("25 independent queries cannot show a false-alarm rate of 0.05");
  });

  test.each([
    [{ falseAlarmRate: 0 }, "falseAlarmRate"],
    [{ topScoresWithTarget: Float64Array.of(1) }, "found 1 scores with target"],
    [{ groups: Uint32Array.of(1) }, "1 groups"],
    [{ topScoresWithTarget: new Float64Array(40).fill(Number.NaN) }, "query 0 is NaN"],
  ])("refuses what is out of range: %o %s", (wrong, message) => {
    const options = { ...drawScores(1, 40), falseAlarmRate: 0.2, ...wrong };
    expect(() => chooseAbstention(options)).toThrow(RangeError);
    expect(() => chooseAbstention(options)).toThrow(message);
  });
});

describe("topScores", () => {
  const random = createRandom(7);
  const draw = (rows: number) =>
    normalizeRows(
      toEmbeddings(
        Float32Array.from({ length: rows * 4 }, () => random() - 0.5),
        4,
      ),
    );
  const pairs = {
    image: draw(5),
    text: draw(11),
    // Caption 10 belongs to no image, caption 9 to all.
    judgements: [
      ...Array.from({ length: 9 }, (_, text) => ({ text, image: text >> 1, relevance: 1 })),
      ...[0, 1, 2, 3, 4].map((image) => ({ text: 9, image, relevance: 1 })),
    ],
  };
  const scoreOf = (text: number, image: number) => {
    const ofText = pairs.text.data.subarray(text * 4, text * 4 + 4);
    return ofText.reduce(
      (sum, value, i) => sum + value * (pairs.image.data[image * 4 + i] ?? 0),
      0,
    );
  };

  test("are those of every pair looked at one by one", async () => {
    const found = await topScores(pairs, { direction: "t2i" });
    const images = [0, 1, 2, 3, 4];
    for (let text = 0; text < 9; text++) {
      const best = Math.max(...images.map((image) => scoreOf(text, image)));
      const others = images.filter((image) => image !== text >> 1);
      const wrong = Math.max(...others.map((image) => scoreOf(text, image)));
      expect(found.topScoresWithTarget[text]).toBeCloseTo(best, 6);
      expect(found.topScoresWithoutTarget[text]).toBeCloseTo(wrong, 6);
    }
    expect(found.gallery).toBe(5);
  });

  test("leave out queries without a target, and those to which all is relevant", async () => {
    expect((await topScores(pairs, { direction: "t2i" })).groups).toHaveLength(9);
    const { groups, gallery } = await topScores(pairs, { direction: "i2t" });
    expect(groups).toHaveLength(5);
    expect(gallery).toBe(11);
  });

  test("stop when aborted", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(topScores(pairs, { direction: "t2i", signal })).rejects.toThrow("enough");
  });
});
