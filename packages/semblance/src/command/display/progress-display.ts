import type { Progress } from "@semblance/core";
import { describeProgress, drawProgress } from "./describe-progress.ts";

/** Options of {@link createProgressDisplay}. */
export interface ProgressDisplayOptions {
  readonly stream: NodeJS.WritableStream & {
    readonly isTTY?: boolean;
    readonly columns?: number | undefined;
  };
  readonly isQuiet: boolean;
  /** Milliseconds between lines where there is no terminal. @defaultValue 5000 */
  readonly lineIntervalMs?: number;
}

/** Shows how far work has come. */
export interface ProgressDisplay {
  /** `detail` is shown behind the bar and may change from call to call. */
  readonly update: (progress: Progress, detail?: string) => void;
  /** Writes a line that stays. */
  readonly note: (line: string) => void;
  /** Removes the bar. */
  readonly close: () => void;
}

const barIntervalMs = 100;
const stageIntervalMs = 1000;
const usualColumns = 80;
const clearLine = "\r\u001b[2K";

/**
 * A live bar on a terminal, elsewhere a line every few seconds, and one for a new stage; nothing when
 * quiet.
 */
export function createProgressDisplay(options: ProgressDisplayOptions): ProgressDisplay {
  const { stream, isQuiet, lineIntervalMs = 5000 } = options;
  const isLive = stream.isTTY === true;
  const intervalMs = isLive ? barIntervalMs : lineIntervalMs;
  const newStageMs = isLive ? 0 : stageIntervalMs;
  let shownAt = Number.NEGATIVE_INFINITY;
  let stage: string | undefined;
  let stageStart = { at: 0, done: 0 };
  let isBarShown = false;
  const clear = () => {
    if (isBarShown) stream.write(clearLine);
    isBarShown = false;
  };
  const show = (line: string) => {
    clear();
    stream.write(isLive ? cutToWidth(line, (stream.columns ?? usualColumns) - 1) : `${line}\n`);
    isBarShown = isLive;
  };
  return {
    update(progress, detail) {
      const now = performance.now();
      const isNewStage = progress.stage !== stage;
      if (isNewStage) stageStart = { at: now, done: progress.done };
      stage = progress.stage;
      if (isQuiet || now - shownAt < (isNewStage ? newStageMs : intervalMs)) return;
      shownAt = now;
      const describe = isLive ? drawProgress : describeProgress;
      const pace = { seconds: (now - stageStart.at) / 1000, doneBefore: stageStart.done };
      const line = describe(progress, pace);
      show(detail === undefined ? line : `${line}${separator}${detail}`);
    },
    note(line) {
      if (isQuiet) return;
      clear();
      stream.write(`${line}\n`);
    },
    close: clear,
  };
}

const separator = " · ";

// A bar that wraps could not be taken away again; half a detail says less than none.
function cutToWidth(line: string, columns: number): string {
  if (line.length <= columns) return line;
  const end = line.lastIndexOf(separator, columns - separator.length + 1);
  return line.slice(0, end > 0 ? end : columns);
}
