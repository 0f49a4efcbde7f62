import type { Filter, Metadata } from "@semblance/core";
import { describe, expect, test } from "vitest";
import { compileFilter } from "./compile-filter.ts";

const photo: Metadata = { year: 2020, place: "sea", isPublic: true };

const passing: Filter[] = [
  { field: "year", op: "eq", value: 2020 },
  { field: "year", op: "ne", value: 2021 },
  { field: "year", op: "lt", value: 2021 },
  { field: "year", op: "lte", value: 2020 },
  { field: "year", op: "gt", value: 2019 },
  { field: "year", op: "gte", value: 2020 },
  { field: "place", op: "gt", value: "sand" },
  { field: "place", op: "in", value: ["city", "sea"] },
  { field: "isPublic", op: "eq", value: true },
  { field: "camera", op: "ne", value: "x" },
];

const failing: Filter[] = [
  { field: "year", op: "eq", value: 2021 },
  { field: "year", op: "eq", value: "2020" },
  { field: "year", op: "ne", value: 2020 },
  { field: "year", op: "lt", value: 2020 },
  { field: "year", op: "lte", value: 2019 },
  { field: "year", op: "gt", value: 2020 },
  { field: "year", op: "gte", value: 2021 },
  { field: "year", op: "lt", value: "3000" },
  { field: "isPublic", op: "gt", value: 0 },
  { field: "place", op: "in", value: ["city"] },
  { field: "camera", op: "eq", value: "x" },
  { field: "camera", op: "lt", value: "x" },
  { field: "camera", op: "in", value: ["x"] },
  { field: "toString", op: "gt", value: "" },
];

describe("compileFilter", () => {
  test.each(passing)("lets a photo of the sea in 2020 pass %j", (filter) => {
    expect(compileFilter(filter)(photo)).toBe(true);
  });

  test.each(failing)("holds a photo of the sea in 2020 back by %j", (filter) => {
    expect(compileFilter(filter)(photo)).toBe(false);
  });

  test("combines conditions, an empty all passing everything and an empty any nothing", () => {
    const yes: Filter = { field: "year", op: "eq", value: 2020 };
    const no: Filter = { field: "year", op: "eq", value: 1 };
    const results = [{ all: [yes, no] }, { any: [yes, no] }, { all: [] }, { any: [] }].map(
      (filter) => compileFilter(filter)(photo),
    );
    expect(results).toEqual([false, true, true, false]);
  });

  test("orders strings by code unit, not by locale", () => {
    const filter: Filter = { field: "name", op: "lt", value: "a" };
    expect(compileFilter(filter)({ name: "Z" })).toBe(true);
  });

  test.each<[unknown, string]>([
    [
      { field: "a", op: "like", value: 1 },
      'Unknown filter operator in {"field":"a","op":"like","value":1}.',
    ],
    [
      { field: "a", op: "in", value: "x" },
      'The filter on "a" needs an array of strings, numbers or booleans for "in", found "x".',
    ],
    [
      { field: "a", op: "gt", value: true },
      'The filter on "a" needs a string or a number for "gt", found true.',
    ],
    [
      { field: "a", op: "eq", value: null },
      'The filter on "a" needs a string, number or boolean for "eq", found null.',
    ],
  ])("refuses %j", (filter, message) => {
    expect(() => compileFilter(filter as Filter)).toThrow(new TypeError(message));
  });
});
