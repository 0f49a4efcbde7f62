import { expect, test } from "vitest";
import { imagesPerSecond, secondsToFirstUpdate, type TrainingTimes } from "./training-times.ts";

const times: TrainingTimes = {
  startedAt: 100,
  reading: 2,
  updates: [
    { step: 1, endedAt: 105 },
    { step: 4, endedAt: 110 },
    { step: 14, endedAt: 118 },
  ],
};

test("a rate begins with the first update after the warm-up, and counts updates not told of", () => {
  const rate = imagesPerSecond(times, { warmUp: 3, batchSize: 8, reading: "left out" });
  expect(rate).toBe((10 * 8) / 8);
});

test("images read beforehand are counted in full", () => {
  const rate = imagesPerSecond(times, { warmUp: 3, batchSize: 8, reading: "counted" });
  expect(rate).toBe((10 * 8) / 10);
});

test("a training that told of too little has no rate", () => {
  expect(() => imagesPerSecond(times, { warmUp: 5, batchSize: 8, reading: "counted" })).toThrow(
    "after the first 5",
  );
});

test("the first update is measured from the start of the process", () => {
  expect(secondsToFirstUpdate(times)).toBe(5);
  expect(() => secondsToFirstUpdate({ ...times, updates: [] })).toThrow("not told of");
});
