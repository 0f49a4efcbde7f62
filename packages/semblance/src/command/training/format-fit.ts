import type { Metrics } from "@semblance/core";
import type { FitSummary } from "@semblance/matcher";
import { shellWord } from "../../shell-word.ts";
import { formatTable } from "../display/format-table.ts";

/** Options of {@link formatFit}. */
export interface FormatFitOptions {
  /** Whether to list every candidate with its value. */
  readonly showCandidates: boolean;
}

/** What came of a fit, for people: which weights were kept, why, and what it changed. */
export function formatFit(summary: FitSummary, options: FormatFitOptions): string {
  const { before, after, steps, timing, model } = summary;
  return [
    describeChoice(summary),
    "",
    formatTable(["validation", "before", "after"], compareMetrics(before, after)),
    "",
    ...(options.showCandidates ? describeCandidates(summary) : []),
    `${steps} steps in ${timing.fit.toFixed(1)} s (${describeStop(summary.stopped)}), export ${timing.export.toFixed(1)} s.`,
    `The model is in ${model}. Evaluate it: npx @semblance/semblance eval -m ${shellWord(model)} -d test.csv`,
  ].join("\n");
}

function describeChoice(summary: FitSummary): string {
  const { value, interval } = summary.gain;
  const gain = `${value >= 0 ? "+" : "−"}${Math.abs(value).toFixed(4)}`;
  const bounds = interval === undefined ? "" : ` ${describeInterval(interval)}`;
  const metric = nameMetric(summary.judged.metric);
  const measured = `${metric} on the judging half of validation: ${gain}${bounds}`;
  if (summary.kept === "start")
    return `The start was kept: training did not beat it (${measured}).`;
  return `${describeWeights(summary)} were kept (${measured}).`;
}

function nameMetric(metric: string): string {
  return metric === "mrr" ? "mean reciprocal rank" : metric;
}

function describeWeights({ kept, alpha = 1 }: FitSummary): string {
  if (kept === "average") return "The average weights of the best checkpoints";
  if (kept !== "interpolated") return "The best weights of the training";
  const share = (part: number) => `${Math.round(100 * part)} %`;
  return `Weights between the start (${share(1 - alpha)}) and the trained ones (${share(alpha)})`;
}

function describeCandidates({ candidates = [], judged }: FitSummary): string[] {
  if (candidates.length === 0) return [];
  const value = `${nameMetric(judged.metric)} on the choosing half`;
  const rows = candidates.map(({ name, choosing }) => [
    name,
    choosing === null ? "not finite" : format(choosing),
  ]);
  return [formatTable(["candidate", value], rows), ""];
}

function describeInterval([low, high]: readonly [number, number]): string {
  const bounds = `[${low.toFixed(4)}, ${high.toFixed(4)}]`;
  return low <= 0 && high >= 0 ? `${bounds}, an interval that includes 0` : bounds;
}

function compareMetrics(before: Metrics, after: Metrics): string[][] {
  return Object.keys(before).map((name) => [name, format(before[name]), format(after[name])]);
}

function format(value: number | undefined): string {
  return value === undefined ? "" : value.toFixed(4);
}

function describeStop(stopped: FitSummary["stopped"]): string {
  const reasons = {
    timeLimit: "the time limit was reached",
    maxSteps: "all steps were made",
    patience: "validation no longer improved",
    nonFinite: "the loss was no longer finite",
    aborted: "stopped by hand",
  };
  return reasons[stopped];
}
