import type { TrainingEvent } from "@semblance/core";
import { expect, test } from "vitest";
import { createTrainingDisplay } from "./training-display.ts";

function show(...events: TrainingEvent[]) {
  const shown: unknown[] = [];
  const display = createTrainingDisplay({
    onProgress: (progress, detail) => shown.push({ ...progress, detail }),
    note: (line) => shown.push(line),
    signal: new AbortController().signal,
  });
  for (const event of events) display(event);
  return shown;
}

const step = {
  type: "step",
  step: 7,
  loss: 2.34567,
  learningRate: 1e-5,
  imagesPerSecond: 99.6,
} as const;

test("a step shows the time that is used and left, the loss and the speed", () => {
  expect(show({ ...step, secondsLeft: 60 })).toEqual([
    {
      stage: "training",
      done: expect.closeTo(0, 0),
      total: expect.closeTo(60, 0),
      unit: "s",
      detail: "loss 2.346 · 100 img/s · lr 1.0e-5 · step 7",
    },
  ]);
});

test("a step shows the memory in use, where it is told", () => {
  const shown = show({ ...step, memoryBytes: 1.26e9, deviceMemoryBytes: 7e9 });
  const detail = expect.stringMatching(/ · 1\.3 GB · 7\.0 GB on the GPU · step 7$/);
  expect(shown).toEqual([expect.objectContaining({ detail })]);
});

test("without a time limit there is no end in sight", () => {
  expect(show(step)).toEqual([expect.not.objectContaining({ total: expect.anything() })]);
});

test("an evaluation is a line that stays", () => {
  const metrics = { "t2i.hit@1": 0.1, "t2i.hit@10": 0.2, "i2t.hit@1": 0.125 };
  expect(show({ type: "evaluation", step: 40, metrics })).toEqual([
    "step 40: validation t2i.hit@1 0.100, @10 0.200; i2t.hit@1 0.125, @10 unknown",
  ]);
});

test("a warning is a line that stays, other stages are progress", () => {
  const progress = {
    type: "progress",
    stage: "exporting",
    done: 1,
    total: 2,
    unit: "graphs",
  } as const;
  expect(show({ type: "warning", code: "SLOW", message: "This is slow." }, progress)).toEqual([
    "Warning: This is slow.",
    expect.objectContaining({ stage: "exporting", done: 1, total: 2 }),
  ]);
});
