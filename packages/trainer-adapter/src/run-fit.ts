import {
  type EmbeddingFitSpec,
  type FitResult,
  TrainerError,
  type TrainingEvent,
} from "@semblance/core";
import { type FoundHead, findHead } from "./find-head.ts";
import { rankBehind } from "./head-candidate.ts";
import type { AdapterFitOptions } from "./hyperparameters.ts";
import { judge } from "./judge.ts";
import type { Pace } from "./pace.ts";
import { metricOf, rankPairs, toMetrics } from "./rank-pairs.ts";
import { toTrainingPairs } from "./training-pairs.ts";
import { splitValidation } from "./validation-halves.ts";

/** A fit under way. */
export interface Fit {
  readonly spec: EmbeddingFitSpec;
  readonly options: AdapterFitOptions;
  readonly pace: Pace;
  readonly report: (event: TrainingEvent) => void;
}

/** What a fit came to, before it is written. */
export interface FitOutcome extends Omit<FitResult, "timing" | "model" | "failures"> {
  /** For no tower when the start is kept. */
  readonly head: FoundHead["head"];
}

/**
 * Measures the start, looks for a head on the choosing half of validation, and keeps it only when it is
 * better on the judging half.
 *
 * @throws {@link TrainerError} with code `DATASET_EMPTY` or `TIME_LIMIT_TOO_SHORT`.
 */
export async function runFit({ spec, options, pace, report }: Fit): Promise<FitOutcome> {
  const pairs = toTrainingPairs(spec.train);
  const { hyperparameters, neverWorse: rule, seed, metric } = options;
  const before = await timed(pace, () => rankPairs(spec.validation, metric, pace));
  const { choosing, judging } = splitValidation(spec.validation, seed);
  const chosen = await timed(pace, () => rankPairs(choosing.pairs, metric, pace));
  const start = await timed(pace, () => rankPairs(judging.pairs, metric, pace));
  report({ type: "evaluation", step: 0, metrics: toMetrics(chosen.value, metric) });
  // What must follow the search: both verdicts again, behind a head, and what lies between.
  const reserve = 1.5 * (before.seconds + start.seconds + 3 * chosen.seconds);
  requireTime(pace, reserve);
  const found = await findHead({
    pairs,
    choosing,
    metric,
    startValue: metricOf(chosen.value),
    hyperparameters,
    scoring: spec.scoring,
    seed,
    pace,
    reserve,
    report,
  });
  report({ type: "progress", stage: "judging", done: 0, total: 1, unit: "heads" });
  const candidate = await rankBehind(found.head, judging.pairs, metric, pace);
  const verdict = judge({
    part: judging,
    start: start.value,
    candidate,
    metric: metric.name,
    rule,
    seed,
  });
  report({ type: "progress", stage: "judging", done: 1, total: 1, unit: "heads" });
  const { steps, stopped, candidates } = found;
  const unchanged = toMetrics(before.value, metric);
  if (found.kept === "start" || !verdict.isBetter) {
    const kept = { kept: "start", head: {}, before: unchanged, after: unchanged } as const;
    return { ...kept, judged: verdict.judged, steps, stopped, candidates };
  }
  const ranks = await rankBehind(found.head, spec.validation, metric, pace);
  return { ...found, before: unchanged, after: toMetrics(ranks, metric), judged: verdict.judged };
}

async function timed<T>(
  pace: Pace,
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly seconds: number }> {
  const startedAt = pace.elapsed();
  const value = await work();
  return { value, seconds: pace.elapsed() - startedAt };
}

function requireTime(pace: Pace, reserve: number): void {
  if (pace.left() > reserve) return;
  const needed = Math.ceil(2 * (pace.elapsed() + reserve));
  throw new TrainerError({
    code: "TIME_LIMIT_TOO_SHORT",
    message: `Measuring the start took ${pace.elapsed().toFixed(1)} s, which leaves no time to look for a head.`,
    fix: `Give a time limit of at least ${needed} s, or fewer validation pairs.`,
  });
}
