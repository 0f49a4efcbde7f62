import type { TrainingTimes } from "./training-times.ts";

/** A line of a run's `events.jsonl`, as far as it is of use here. */
export interface TrainingEventLine {
  readonly type: string;
  /** Unix time in seconds. */
  readonly time: number;
  readonly step?: number;
  readonly stage?: string;
  /** Of the one update. */
  readonly imagesPerSecond?: number;
}

/** The events of a file that may still be written: a last line that is not whole is left out. */
export function toEvents(text: string): TrainingEventLine[] {
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return whole
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** What the events say of the time that was spent. */
export function timesOf(startedAt: number, events: readonly TrainingEventLine[]): TrainingTimes {
  const updates = events.flatMap(({ type, step, time }) =>
    type === "step" && step !== undefined ? [{ step, endedAt: time }] : [],
  );
  return { startedAt, updates, reading: secondsOfReading(events) };
}

/** The median of what updates say of their speed; `undefined` where there are none. */
export function medianRate(events: readonly TrainingEventLine[]): number | undefined {
  const rates = events.flatMap(({ imagesPerSecond }) => imagesPerSecond ?? []);
  return rates.toSorted((a, b) => a - b)[Math.floor(rates.length / 2)];
}

// From the end of what comes before it, the first look at validation, to the first word of training.
function secondsOfReading(events: readonly TrainingEventLine[]): number {
  const from = events.find(({ type }) => type === "evaluation")?.time;
  const to = events.find(({ stage }) => stage === "training")?.time;
  return from === undefined || to === undefined ? 0 : to - from;
}
