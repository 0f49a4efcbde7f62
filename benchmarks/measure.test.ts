import { expect, test } from "vitest";
import { toRow } from "./measure.ts";

const of = { system: "semblance", case: "image.fp32", unit: "images/s" };

test("a row is the median of its runs, with the least and the greatest", () => {
  expect(toRow(of, [30, 10, 20])).toEqual({ ...of, value: 20, min: 10, max: 30, n: 3 });
});

test("of an even number of runs the median lies between the two in the middle", () => {
  expect(toRow(of, [1, 4, 2, 100]).value).toBe(3);
});

test("a row without runs has no figure, rather than a zero", () => {
  expect(toRow(of, [])).toMatchObject({ value: Number.NaN, n: 0 });
});
