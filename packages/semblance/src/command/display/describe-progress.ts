import type { Progress } from "@semblance/core";

const barWidth = 16;
// Before that, an estimate says more of the start than of the work.
const secondsBeforeEstimate = 2;

/** How fast work has been since its stage began. */
export interface Pace {
  readonly seconds: number;
  /** What was done before: the work may be a resumed one. */
  readonly doneBefore: number;
}

/** Progress as a bar: `encoding images ██████░░░░░░░░░░ 40/100 images, 20/s, 3 s left`. */
export function drawProgress(progress: Progress, pace: Pace): string {
  const { stage, done, total } = progress;
  if (!total) return describeProgress(progress, pace);
  const filled = Math.round(Math.min(1, done / total) * barWidth);
  const bar = `${"█".repeat(filled)}${"░".repeat(barWidth - filled)}`;
  return `${stage} ${bar} ${round(done)}/${describeTotal(progress, total, pace)}`;
}

/** Progress in words, for a log: `encoding images: 40 of 100 images, 20/s, 3 s left`. */
export function describeProgress(progress: Progress, pace: Pace): string {
  const { stage, done, total, unit } = progress;
  if (total) return `${stage}: ${round(done)} of ${describeTotal(progress, total, pace)}`;
  return done === 0 ? stage : `${stage}: ${round(done)} ${unit}`;
}

function describeTotal({ done, unit }: Progress, total: number, pace: Pace): string {
  const whole = `${round(total)} ${unit}`;
  const rate = (done - pace.doneBefore) / pace.seconds;
  // Work that is measured in seconds has no pace.
  if (!(rate > 0) || pace.seconds < secondsBeforeEstimate || unit === "s") return whole;
  const left = done < total ? `, ${formatSeconds((total - done) / rate)} left` : "";
  return `${whole}, ${formatRate(rate)}/s${left}`;
}

function round(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function formatRate(rate: number): string {
  if (rate >= 100) return round(rate);
  return rate >= 10 ? String(Number(rate.toFixed(1))) : String(Number(rate.toPrecision(2)));
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

function formatSeconds(seconds: number): string {
  if (seconds < 1.5 * minute) return `${Math.ceil(seconds)} s`;
  if (seconds < 1.5 * hour) return `${Math.ceil(seconds / minute)} min`;
  const [large, small, names] = seconds < 2 * day ? [hour, minute, "h min"] : [day, hour, "d h"];
  const [largeName, smallName] = names.split(" ");
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)} ${largeName} ${rest} ${smallName}`;
}
