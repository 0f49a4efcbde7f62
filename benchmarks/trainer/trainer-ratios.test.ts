import { expect, test } from "vitest";
import { toRow } from "../measure.ts";
import { trainerRatios } from "./trainer-ratios.ts";

const row = (system: string, name: string, value: number) =>
  toRow({ system, case: name, unit: "" }, [value]);

test("a higher rate and an earlier first step are better; what ours lacks is not compared", () => {
  const rows = [
    row("semblance", "small", 300),
    row("autogluon", "small", 200),
    row("semblance", "small.without-reading", 900),
    row("semblance", "first-step", 2),
    row("autogluon", "first-step", 10),
    row("open-clip", "b32", 3),
  ];
  expect(trainerRatios(rows)).toEqual({ "small.vs.autogluon": 1.5, "first-step.vs.autogluon": 5 });
});
