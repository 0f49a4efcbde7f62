import { expect, test } from "vitest";
import { medianRate, timesOf, toEvents } from "./training-events.ts";

const file = `{"type":"progress","stage":"loading","time":10}
{"type":"evaluation","step":0,"time":12}
{"type":"progress","stage":"reading images","time":12.5}
{"type":"progress","stage":"training","time":13}
{"type":"step","step":1,"time":14}
{"type":"step","step":6,"time":15}
{"type":"step","st`;

test("updates are told of with their times, but for a line that is not whole", () => {
  expect(timesOf(9, toEvents(file))).toEqual({
    startedAt: 9,
    updates: [
      { step: 1, endedAt: 14 },
      { step: 6, endedAt: 15 },
    ],
    reading: 1,
  });
});

test("of a run that has hardly begun nothing is known", () => {
  expect(timesOf(9, toEvents('{"type":"prog'))).toEqual({ startedAt: 9, updates: [], reading: 0 });
});

test("the speed of a run is its median update's, and a run without updates has none", () => {
  const events = [300, 10, 200].map((imagesPerSecond, time) => ({
    type: "step",
    time,
    imagesPerSecond,
  }));
  expect(medianRate(events)).toBe(200);
  expect(medianRate(toEvents(file).slice(0, 3))).toBeUndefined();
});
