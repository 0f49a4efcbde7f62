import { type Dataset, type TieMode, withoutUndefined } from "@semblance/core";
import { openDataset, readJudgements, withJudgements } from "@semblance/data";
import { type DatasetEvaluation, evaluateDataset } from "@semblance/matcher";
import type { DataOptions, ReaderOptions } from "../common-options.ts";
import type { VerbTools } from "../run-verb.ts";
import { type EvalSourceOptions, openEvalSource } from "./eval-source.ts";
import type { StoredCalibration } from "./stored-calibration.ts";

/** What decides the figures of an evaluation: what `eval` is told, and a manifest keeps. */
export interface EvaluationRequest extends DataOptions, ReaderOptions, EvalSourceOptions {
  readonly data: string;
  readonly split?: string;
  readonly k: readonly number[];
  /** The relevance column. */
  readonly label?: string;
  /** A file of judgements that count beside the data's own. */
  readonly judgements?: string;
  /** Whether those count in place of the data's own. */
  readonly replaceJudgements?: boolean;
  /** Whether to make intervals. */
  readonly ci: boolean;
  readonly seed: number;
  /** What becomes of equal scores. @defaultValue `"expected"` */
  readonly ties?: TieMode;
  /** The first captions of each image alone. @defaultValue all */
  readonly captionsPerImage?: number;
  /** Parts of the images, each ranked by itself. @defaultValue one whole */
  readonly folds?: number;
  /** Best hits kept per query. @defaultValue 0 */
  readonly topHits?: number;
}

/** An evaluation, and what the model knows of its probabilities. */
export interface RunEvaluation extends DatasetEvaluation {
  readonly stored: StoredCalibration;
}

/**
 * Opens data and model, or data and embeddings, and evaluates.
 *
 * @throws {@link DatasetError} or {@link ModelError} for data or a model that cannot be used.
 */
export async function runEvaluation(
  request: EvaluationRequest,
  tools: VerbTools,
): Promise<RunEvaluation> {
  const columns = withoutUndefined({
    ...request.columns,
    relevance: request.label ?? request.columns?.relevance,
  });
  const { baseFolder, reader, seed, k: cutoffs, ties, batchSize, topHits } = request;
  const { captionsPerImage, folds } = request;
  const { onProgress, signal } = tools;
  const opened = await openDataset(
    request.data,
    withoutUndefined({ columns, baseFolder, reader, signal }),
  );
  const dataset = await judgeAnew(opened, request, tools);
  const split = chooseSplit(dataset, request, tools);
  await using source = await openEvalSource(request, tools);
  const evaluation = await evaluateDataset(
    withoutUndefined({
      dataset,
      split,
      source: source.vectors,
      model: source.facts,
      cutoffs,
      ties,
      captionsPerImage,
      folds,
      confidence: request.ci ? { seed } : (false as const),
      topHits,
      batchSize,
      onProgress,
      signal,
    }),
  );
  return { ...evaluation, stored: source.stored };
}

async function judgeAnew(
  dataset: Dataset,
  { judgements: file, replaceJudgements }: EvaluationRequest,
  { note, signal }: VerbTools,
): Promise<Dataset> {
  if (file === undefined) return dataset;
  const judged = await readJudgements(file, { signal });
  const mode = replaceJudgements ? "replace" : "add";
  const { matched, unmatched, added, ...found } = await withJudgements(dataset, judged, { mode });
  const unusable = judged.failures.length === 0 ? "" : `, ${judged.failures.length} cannot be read`;
  note(
    `${file}: ${matched} judgements fit, ${added} of them new; ${unmatched} are of other items${unusable}.`,
  );
  return found.dataset;
}

function chooseSplit(
  dataset: Dataset,
  request: EvaluationRequest,
  tools: VerbTools,
): string | undefined {
  const { splits } = dataset;
  if (request.split !== undefined || splits.length === 0) return request.split;
  const split = splits.includes("test") ? "test" : undefined;
  const what = split === undefined ? "all splits together" : `the split "${split}"`;
  tools.note(`Evaluating ${what}, of ${splits.join(", ")}; --split names one.`);
  return split;
}
