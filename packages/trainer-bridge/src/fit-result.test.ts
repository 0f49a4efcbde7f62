import { expect, test } from "vitest";
import { parseFitResult } from "./fit-result.ts";

const judged = { metric: "mrr", gain: 0.5, start: [0.5], candidate: [1], groups: [0] };
const result = {
  ...{ kept: "best", before: {}, after: {}, judged, steps: 1, stopped: "maxSteps" },
  ...{ timing: { fit: 1, export: 1 }, failures: [], model: "/run" },
};

test("a gain of too few clusters has no interval, left out or null", () => {
  expect(parseFitResult(result).judged).not.toHaveProperty("interval");
  const withNull = { ...result, judged: { ...judged, interval: null } };
  expect(parseFitResult(withNull).judged).not.toHaveProperty("interval");
});

test("an interval that is none is not accepted", () => {
  const broken = { ...result, judged: { ...judged, interval: [0.1] } };
  expect(() => parseFitResult(broken)).toThrow(expect.objectContaining({ code: "PROTOCOL" }));
});

test("candidates come with what they measured, or without a value; what is for the card alone stays away", () => {
  const candidates = [
    { name: "start", choosing: 0.5 },
    { name: "alpha 0.5", choosing: null },
  ];
  const given = { ...result, kept: "interpolated", alpha: 0.5, candidates, environment: "torch" };
  expect(parseFitResult(given)).toMatchObject({ alpha: 0.5, candidates });
  expect(parseFitResult(given)).not.toHaveProperty("environment");
  expect(parseFitResult(result)).not.toHaveProperty("candidates");
});
