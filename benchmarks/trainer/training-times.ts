/** What is known of the time that a training took. Times are Unix time in seconds. */
export interface TrainingTimes {
  /** When its process was started. */
  readonly startedAt: number;
  /** Updates that it told of, by number from 1 on and the time of their end, in order. */
  readonly updates: readonly Update[];
  /** Seconds spent on reading the training images before the first update. */
  readonly reading: number;
}

/** One update of the weights. */
interface Update {
  readonly step: number;
  readonly endedAt: number;
}

/** What a rate is taken over. */
export interface RateOptions {
  /** Updates that come before the clock starts. */
  readonly warmUp: number;
  readonly batchSize: number;
  /** Whether images that were read before the first update count as time, all of it. */
  readonly reading: "counted" | "left out";
}

/** Images trained on a second, from the end of the warm-up to the last update told of. */
export function imagesPerSecond(times: TrainingTimes, options: RateOptions): number {
  const { warmUp, batchSize, reading } = options;
  const first = times.updates.find(({ step }) => step >= warmUp);
  const last = times.updates.at(-1);
  if (!first || !last || last.step <= first.step) {
    throw new Error(`No two updates were told of after the first ${warmUp}.`);
  }
  const before = reading === "counted" ? times.reading : 0;
  return ((last.step - first.step) * batchSize) / (last.endedAt - first.endedAt + before);
}

/** Seconds from the start of the process to the end of the first update. */
export function secondsToFirstUpdate({ startedAt, updates }: TrainingTimes): number {
  const [first] = updates;
  if (first?.step !== 1) throw new Error("The first update was not told of.");
  return first.endedAt - startedAt;
}
