import { InvalidArgumentError } from "commander";
import { expect, test } from "vitest";
import {
  parseColumns,
  parseCutoffs,
  parseDuration,
  parseJsonObject,
  parsePositive,
} from "./common-options.ts";

test.each([
  ["180", 180],
  ["180s", 180],
  ["3m", 180],
  ["1.5 h", 5400],
])("%s is a duration of %d s", (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});

test.each(["", "0", "-5", "3 minutes", "1h30", "s"])("%j is no duration", (text) => {
  expect(() => parseDuration(text)).toThrow(InvalidArgumentError);
});

test("columns are given by role", () => {
  const columns = { image: "filepath", caption: "my title" };
  expect(parseColumns("image=filepath, caption = my title")).toEqual(columns);
});

test.each(["image", "image=", "=x", "image=a=b", "image=a,"])("%j gives no columns", (text) => {
  expect(() => parseColumns(text)).toThrow("Write role=column");
});

test("cut-offs are positive whole numbers, each once", () => {
  expect(parseCutoffs("10, 1,5,1")).toEqual([10, 1, 5]);
  expect(() => parseCutoffs("1,0")).toThrow(InvalidArgumentError);
  expect(() => parseCutoffs("1,")).toThrow(InvalidArgumentError);
});

test.each(["1.5", "-1", "many", ""])("%j is no count of anything", (text) => {
  expect(() => parsePositive(text)).toThrow("positive whole number");
});

test("hyperparameters are a JSON object", () => {
  expect(parseJsonObject('{"maxSteps": 4}')).toEqual({ maxSteps: 4 });
});

test.each(["[1]", "null", "4", "{maxSteps: 4}"])("%s is no JSON object", (text) => {
  expect(() => parseJsonObject(text)).toThrow('for example {"learningRate": 1e-5}');
});
