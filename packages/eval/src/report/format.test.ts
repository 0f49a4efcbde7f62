import { expect, test } from "vitest";
import { formatScore } from "./format.ts";

test.each([
  [0.126, "0.13"],
  [-0.126, "−0.13"],
  [-0.001, "0.00"],
])("a score of %d is written %s", (score, text) => {
  expect(formatScore(score)).toBe(text);
});
