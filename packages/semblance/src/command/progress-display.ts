import type { Progress } from "@semblance/core";

/** Options of {@link createProgressDisplay}. */
export interface ProgressDisplayOptions {
  readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean };
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
const barWidth = 24;
const clearLine = "\r\u001b[2K";

/** A live bar on a terminal, elsewhere a line every few seconds; nothing when quiet. */
export function createProgressDisplay(options: ProgressDisplayOptions): ProgressDisplay {
  const { stream, isQuiet, lineIntervalMs = 5000 } = options;
  const isLive = stream.isTTY === true;
  const intervalMs = isLive ? barIntervalMs : lineIntervalMs;
  let shownAt = Number.NEGATIVE_INFINITY;
  let stage = "";
  let stageStartedAt = 0;
  let isBarShown = false;
  const clear = () => {
    if (isBarShown) stream.write(clearLine);
    isBarShown = false;
  };
  return {
    update(progress, detail) {
      const now = performance.now();
      if (progress.stage !== stage) {
        stage = progress.stage;
        stageStartedAt = now;
      }
      if (isQuiet || now - shownAt < intervalMs) return;
      shownAt = now;
      const bar = describeProgress(progress, (now - stageStartedAt) / 1000);
      const line = detail === undefined ? bar : `${bar} · ${detail}`;
      clear();
      stream.write(isLive ? line : `${line}\n`);
      isBarShown = isLive;
    },
    note(line) {
      if (isQuiet) return;
      clear();
      stream.write(`${line}\n`);
    },
    close: clear,
  };
}

function describeProgress(progress: Progress, seconds: number): string {
  const { stage, done, total, unit } = progress;
  if (total === undefined || total === 0) return `${stage}: ${round(done)} ${unit}`;
  const share = Math.min(1, done / total);
  const filled = Math.round(share * barWidth);
  const bar = `${"█".repeat(filled)}${"░".repeat(barWidth - filled)}`;
  const left =
    done > 0 && share < 1 ? `, ${formatSeconds((seconds / share) * (1 - share))} left` : "";
  return `${stage} ${bar} ${round(done)}/${round(total)} ${unit}${left}`;
}

function round(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function formatSeconds(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return `${Math.ceil(seconds / 60)} min`;
}
