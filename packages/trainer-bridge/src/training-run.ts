import {
  createEventQueue,
  type FitResult,
  type RunOptions,
  type TrainingEvent,
  type TrainingRun,
} from "@semblance/core";
import { createStopRequest, type StopRequest } from "./stop-request.ts";
import { orDiskFull } from "./trainer-failure.ts";
import { toProgress } from "./training-event.ts";

/** What the work behind a {@link TrainingRun} is given. */
export interface TrainingRunTools {
  readonly stop: StopRequest;
  readonly report: (event: TrainingEvent) => void;
}

const heldEvents = 10_000;

/** Starts `work` at once; its events wait until they are read, the newest 10,000 of them. */
export function createTrainingRun(
  options: RunOptions,
  work: (tools: TrainingRunTools) => Promise<FitResult>,
): TrainingRun {
  const events = createEventQueue<TrainingEvent>(heldEvents);
  const stop = createStopRequest(options.signal);
  const report = (event: TrainingEvent) => {
    events.push(event);
    if (event.type === "progress") options.onProgress?.(toProgress(event));
  };
  const result = work({ stop, report })
    .catch((error: unknown) => {
      throw orDiskFull(error);
    })
    .finally(() => {
      stop[Symbol.dispose]();
      events.end();
    });
  result.catch(() => undefined); // whoever awaits it hears of it; a reader of events alone need not
  return {
    result,
    cancel: stop.ask,
    [Symbol.asyncIterator]: () => events[Symbol.asyncIterator](),
  };
}
