import {
  createRandom,
  type Embeddings,
  type FitResult,
  type ModelHead,
  rowOf,
  type TrainingEvent,
} from "@semblance/core";
import { type SampledBatch, sampleBatches } from "./batch-sampler.ts";
import { toWeight } from "./head-candidate.ts";
import type { HeadSearch } from "./head-search.ts";
import { infoNce } from "./info-nce.ts";
import { rateAt } from "./learning-rate.ts";
import { createMatrix, identity, type Matrix, toMatrix } from "./matrix.ts";
import { project, weightGradient } from "./projection.ts";
import { type PairRanks, toMetrics } from "./rank-pairs.ts";
import { createTrainableHead, type TrainableHead } from "./trainable-head.ts";

/** A head to compare with the best one. */
export interface Candidate {
  readonly name: string;
  readonly head: ModelHead;
  /** How much of another head there is in it. */
  readonly alpha?: number;
}

/** What {@link trainHead} is given. */
export interface HeadTraining {
  readonly search: HeadSearch;
  /** Where to begin; a tower without a weight begins at the identity. */
  readonly start: ModelHead;
  /** Ranks the choosing half behind a head and remembers the best one. */
  readonly consider: (
    candidate: Candidate,
  ) => Promise<{ readonly ranks: PairRanks; readonly isBest: boolean }>;
}

/** How training went. */
export interface TrainingEnd {
  readonly steps: number;
  readonly stopped: FitResult["stopped"];
}

type Towers = Partial<Record<"image" | "text", TrainableHead>>;

/** Trains a head on batches of pairs until the steps, the time, or patience is used up. */
export async function trainHead(training: HeadTraining): Promise<TrainingEnd> {
  const { search, start, consider } = training;
  const { pairs, hyperparameters, pace, reserve, report, seed } = search;
  const { maxSteps, batchSize, evaluationSteps, patience } = hyperparameters;
  const random = createRandom(hyperparameters.seed ?? seed);
  const towers = createTowers(search, start, random);
  const batches = sampleBatches(pairs, batchSize, random);
  const startedAt = pace.elapsed();
  let withoutGain = 0;
  for (let step = 1; step <= maxSteps; step++) {
    const reason = pace.stopReason(reserve);
    if (reason !== undefined) return { steps: step - 1, stopped: reason };
    const batch = batches.next().value;
    const learningRate = rateAt(search, { step, startedAt });
    const loss = trainOn(batch, towers, search, learningRate);
    report(toStepEvent(search, { step, loss, learningRate, startedAt }, batch));
    if (!Number.isFinite(loss)) return { steps: step, stopped: "nonFinite" };
    await pace.pause();
    if (step % evaluationSteps !== 0 && step < maxSteps) continue;
    const { ranks, isBest } = await consider({ name: `step ${step}`, head: toHead(towers) });
    report({ type: "evaluation", step, metrics: toMetrics(ranks, search.metric) });
    withoutGain = isBest ? 0 : withoutGain + 1;
    if (withoutGain === patience) return { steps: step, stopped: "patience" };
  }
  return { steps: maxSteps, stopped: pace.stopReason(reserve) ?? "maxSteps" };
}

interface Step {
  readonly step: number;
  readonly loss: number;
  readonly learningRate: number;
  /** When training began, in seconds of the pace. */
  readonly startedAt: number;
}

function toStepEvent(
  { hyperparameters, pace, reserve }: HeadSearch,
  { step, loss, learningRate, startedAt }: Step,
  { images }: SampledBatch,
): TrainingEvent {
  const seconds = pace.elapsed() - startedAt;
  const untilLast = ((hyperparameters.maxSteps - step) * seconds) / step;
  return {
    type: "step",
    step,
    loss: Number.isFinite(loss) ? loss : null,
    learningRate,
    imagesPerSecond: (step * images.length) / seconds,
    secondsLeft: Math.min(untilLast, Math.max(0, pace.left() - reserve)),
  };
}

function createTowers(search: HeadSearch, start: ModelHead, random: () => number): Towers {
  const { tower, rank, weightDecay } = search.hyperparameters;
  const { dimension } = search.pairs.encoded.text;
  const names = tower === "both" ? (["image", "text"] as const) : [tower];
  const heads = names.map((name) => {
    const given = start[name];
    const weight = given ? toMatrix(given) : identity(dimension);
    return [name, createTrainableHead({ start: weight, rank, weightDecay, random })] as const;
  });
  return Object.fromEntries(heads);
}

function toHead(towers: Towers): ModelHead {
  const weights = Object.entries(towers).map(([name, tower]) => [name, toWeight(tower.weight())]);
  return Object.fromEntries(weights);
}

/** One update; returns the loss before it. */
function trainOn(
  batch: SampledBatch,
  towers: Towers,
  search: HeadSearch,
  learningRate: number,
): number {
  const { image, text } = search.pairs.encoded;
  const sides = {
    image: placeBehind(towers.image, gatherRows(image, batch.images)),
    text: placeBehind(towers.text, gatherRows(text, batch.texts)),
  };
  const gradients = infoNce({
    image: sides.image.output,
    text: sides.text.output,
    targets: batch.targets,
    logitScale: search.hyperparameters.logitScale ?? search.scoring.logitScale,
  });
  if (!Number.isFinite(gradients.loss)) return gradients.loss;
  for (const name of ["image", "text"] as const) {
    const { projection } = sides[name];
    if (projection) towers[name]?.step(weightGradient(projection, gradients[name]()), learningRate);
  }
  return gradients.loss;
}

function placeBehind(tower: TrainableHead | undefined, input: Matrix) {
  if (tower === undefined) return { output: input };
  const projection = project(input, tower.weight());
  return { output: projection.output, projection };
}

function gatherRows(embeddings: Embeddings, rows: readonly number[]): Matrix {
  const matrix = createMatrix(rows.length, embeddings.dimension);
  for (const [i, row] of rows.entries()) {
    matrix.data.set(rowOf(embeddings, row), i * embeddings.dimension);
  }
  return matrix;
}
