import { expect, test } from "vitest";
import { parseHyperparameters } from "./parse-hyperparameters.ts";

test("what is given stays as it is, without defaults", () => {
  expect(parseHyperparameters({ maxSteps: 4 })).toEqual({ maxSteps: 4 });
});

test("a typo is one error that lists the names there are", () => {
  expect(() => parseHyperparameters({ learningrate: 1 })).toThrow(
    expect.objectContaining({
      code: "CONFIG_INVALID",
      message: 'Invalid --hyperparameters: unknown key "learningrate".',
      fix: expect.stringMatching(/^There are: learningRate, batchSize, /),
    }),
  );
});

test("a value out of range says what was expected", () => {
  expect(() => parseHyperparameters({ warmup: 2 })).toThrow(/warmup: .*, found 2/);
});
