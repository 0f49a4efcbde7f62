import { expect, test } from "vitest";
import { isWanted, keepWanted, toRow } from "./measure.ts";

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

test("a name stands for its case and for all that begin with its words", () => {
  const only = ["memory", "text.fp32"];
  const cases = ["memory.vision.fp32", "text.fp32", "text.int8", "memory-peak", "image.fp32"];
  expect(cases.filter((name) => isWanted(name, only))).toEqual(["memory.vision.fp32", "text.fp32"]);
  expect(isWanted("image.fp32", undefined)).toBe(true);
});

test("only what is wanted and was measured is reported", () => {
  const rows = [toRow(of, [1]), toRow({ ...of, case: "memory.both.fp32" }, [])];
  const ratios = { "image.fp32.vs.forward": 1, "text.fp32.vs.forward": 2 };
  const result = { rows, ratios, failures: ["wrong"] };
  expect(keepWanted(result, ["image", "memory"])).toEqual({
    rows: rows.slice(0, 1),
    ratios: { "image.fp32.vs.forward": 1 },
    failures: ["wrong"],
  });
});
