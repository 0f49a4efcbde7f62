import type { Progress } from "@semblance/core";

const barWidth = 16;
// Before that, an estimate says more of the start than of the work.
const secondsBeforeEstimate = 2;

/** Progress as a bar: `encoding images ██████░░░░░░░░░░ 40/100 images, 3 s left`. */
export function drawProgress(progress: Progress, seconds: number): string {
  const { stage, done, total } = progress;
  if (!total) return describeProgress(progress, seconds);
  const filled = Math.round(Math.min(1, done / total) * barWidth);
  const bar = `${"█".repeat(filled)}${"░".repeat(barWidth - filled)}`;
  return `${stage} ${bar} ${round(done)}/${describeTotal(progress, total, seconds)}`;
}

/** Progress in words, for a log: `encoding images: 40 of 100 images, 3 s left`. */
export function describeProgress(progress: Progress, seconds: number): string {
  const { stage, done, total, unit } = progress;
  if (total) return `${stage}: ${round(done)} of ${describeTotal(progress, total, seconds)}`;
  return done === 0 ? stage : `${stage}: ${round(done)} ${unit}`;
}

function describeTotal({ done, unit }: Progress, total: number, seconds: number): string {
  const left = done > 0 && done < total ? (seconds / done) * (total - done) : 0;
  const isEstimable = left > 0 && seconds >= secondsBeforeEstimate && unit !== "s";
  const estimate = isEstimable ? `, ${formatSeconds(left)} left` : "";
  return `${round(total)} ${unit}${estimate}`;
}

function round(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function formatSeconds(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return `${Math.ceil(seconds / 60)} min`;
}
