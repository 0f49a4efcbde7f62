import { expect, test } from "vitest";
import fixture from "../fixtures/bootstrap.json" with { type: "json" };
import { normalQuantile, normalShare, studentQuantile } from "./normal-distribution.ts";
import { wilsonInterval } from "./wilson-interval.ts";

const { normal, quantiles, student, wilson } = fixture.distributions;

test.each(normal)("the normal share below %d is scipy's", (z = 0, share = 0) => {
  expect(Math.abs(normalShare(z) - share)).toBeLessThan(1e-14);
});

test.each(quantiles)("the normal quantile of %d is scipy's", (share = 0, z = 0) => {
  expect(normalQuantile(share)).toBeCloseTo(z, 6);
});

test.each(student)(
  "Student's 97.5th percentile for %d degrees is scipy's",
  (degrees = 0, t = 0) => {
    expect(Math.abs(studentQuantile(0.975, degrees) - t)).toBeLessThan(0.003);
  },
);

test.each(wilson)("Wilson's interval of a share of %d in %d trials is scipy's", (...row) => {
  const [share = 0, n = 0, low = 0, high = 0] = row;
  expect(wilsonInterval(share, n)).toEqual([expect.closeTo(low, 12), expect.closeTo(high, 12)]);
});
