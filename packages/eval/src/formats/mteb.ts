import type { Direction } from "../retrieval/evaluation.ts";
import { type ExportedEvaluation, metricsOf } from "./exported-evaluation.ts";

/** Options of {@link toMteb}. */
export interface MtebOptions {
  /** The one direction that a task has. */
  readonly direction: Direction;
  /** @defaultValue the dataset's name and `T2IRetrieval` or `I2TRetrieval` */
  readonly taskName?: string;
  /** @defaultValue the hash of the gallery */
  readonly datasetRevision?: string;
  /** Of the captions: ISO 639-3 and script. @defaultValue `["eng-Latn"]` */
  readonly languages?: readonly string[];
}

const families: Readonly<Record<string, string>> = {
  hit: "hit_rate",
  recall: "recall",
  precision: "precision",
  mrr: "mrr",
  map: "map",
  ndcg: "ndcg",
};

const mainMetric = "ndcg@10";

/**
 * One direction of a result as the JSON of MTEB's `TaskResult`: the metrics that both have, named
 * `ndcg_at_10`, with `ndcg_at_10` as the main score. MTEB's nDCG and ours have the same formula, that of
 * trec_eval. A result without a split stands under `test`, and `mteb_version` is `null`: MTEB did not
 * measure this.
 *
 * @throws RangeError when the result lacks `ndcg@10`.
 * @see https://github.com/embeddings-benchmark/mteb, mteb/results/task_result.py
 */
export function toMteb(evaluation: ExportedEvaluation, options: MtebOptions): string {
  const { dataset, timing } = evaluation;
  const { direction, languages = ["eng-Latn"] } = options;
  const own = metricsOf(evaluation).filter((metric) => metric.direction === direction);
  const main = own.find(({ metric }) => metric === mainMetric);
  if (main === undefined) throw new RangeError(`MTEB needs ${direction}.${mainMetric}: cut at 10.`);
  const scores = own.flatMap(({ family, cutoff, found }): [string, number][] => {
    const name = families[family];
    return name === undefined ? [] : [[`${name}_at_${cutoff}`, found.value]];
  });
  const document = {
    dataset_revision: options.datasetRevision ?? dataset.galleryHash,
    task_name: options.taskName ?? `${dataset.name}${direction.toUpperCase()}Retrieval`,
    mteb_version: null,
    scores: {
      [dataset.split ?? "test"]: [
        {
          ...Object.fromEntries(scores),
          main_score: main.found.value,
          hf_subset: "default",
          languages,
        },
      ],
    },
    evaluation_time: timing === undefined ? null : timing.encode + timing.evaluate,
    kg_co2_emissions: null,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
