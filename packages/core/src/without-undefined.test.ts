import { expect, test } from "vitest";
import { withoutUndefined } from "./without-undefined.ts";

test("drops keys that are undefined and keeps every other value", () => {
  const found = withoutUndefined({ a: undefined, b: null, c: 0, d: "" });
  expect(Object.entries(found)).toEqual([
    ["b", null],
    ["c", 0],
    ["d", ""],
  ]);
});
