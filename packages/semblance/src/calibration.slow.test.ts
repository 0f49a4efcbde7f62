import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTable } from "@semblance/data";
import { evaluateCalibration, type Reliability } from "@semblance/eval";
import type { Matcher } from "@semblance/matcher";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Figures, recordFigures } from "#figures";
import { sharedFolder } from "#shared";
import { runForDocument } from "../fixtures/command-run.ts";
import { type CrossedPairs, crossPairs } from "../fixtures/crossed-pairs.ts";
import { hasPython } from "../fixtures/python.ts";
import { createMatcher } from "./create-matcher.ts";

const data = sharedFolder("data", "flickr8k-800") ?? "";
const checkpoint = sharedFolder("oracle", "tiny-clip", "checkpoint") ?? "";
const isPossible = hasPython && data !== "" && checkpoint !== "";

describe.skipIf(!isPossible)("a model trained for a minute and calibrated on validation", () => {
  let folder: string;
  let matcher: Matcher;
  let crossed: CrossedPairs;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "semblance calibrate "));
    const run = join(folder, "run");
    const val = join(data, "val.csv");
    const tables = ["-d", join(data, "train.csv"), "--val", val];
    await runForDocument("train", "-m", checkpoint, ...tables, "--time-limit", "60s", "-o", run);
    const { exitCode } = await runForDocument("calibrate", "-m", run, "-d", val);
    expect(exitCode).toBe(0);
    matcher = await createMatcher({ model: run, query: "caption", response: "image" });
    crossed = crossPairs(await readTable(join(data, "test.csv")));
  }, 150_000);
  afterAll(async () => {
    await matcher?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  test.for(["data", 0.5] as const)(
    "is to be believed on all pairs of test at a prior of %s",
    { timeout: 60_000 },
    async (prior, context) => {
      const { scores, ...found } = await matcher.predictProba(crossed.data);
      expect(found).toMatchObject({ calibrated: true, failures: [], warnings: [] });
      const { calibration } = matcher.calibration ?? {};
      if (!calibration) throw new Error("It was calibrated, and is not.");
      const { data: _, ...pairs } = crossed;
      const judged = await evaluateCalibration({
        ...pairs,
        calibration,
        scores: Float64Array.from(scores, (score) => score ?? Number.NaN),
        rule: "all-pairs",
        prior,
      });
      recordFigures(context, figuresOf(judged, prior));
      const { brierSkill, after } = judged;
      expect(brierSkill.overBaseRate.ci95?.[0]).toBeGreaterThan(0);
      expect(brierSkill.overBefore.ci95?.[0]).toBeGreaterThan(0);
      expect(after.slope?.ci95?.[0]).toBeLessThan(1);
      expect(after.slope?.ci95?.[1]).toBeGreaterThan(1);
    },
  );
});

function figuresOf({ brierSkill, before, after }: Reliability, prior: "data" | number): Figures {
  const values = {
    "Brier skill over the base rate": brierSkill.overBaseRate,
    "Brier skill over (cosine + 1) / 2": brierSkill.overBefore,
    "calibration slope": after.slope,
    "ECE before": before.ece,
    "ECE after": after.ece,
  };
  return Object.fromEntries(
    Object.entries(values).map(([name, metric]) => {
      const [low = Number.NaN, high = Number.NaN] = metric?.ci95 ?? [];
      const shown = [metric?.value ?? Number.NaN, low, high].map((value) => value.toFixed(5));
      return [`${name}, prior ${prior}`, `${shown[0]} [${shown[1]}, ${shown[2]}]`];
    }),
  );
}
