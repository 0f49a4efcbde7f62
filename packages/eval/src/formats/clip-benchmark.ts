import { type ExportedEvaluation, metricsOf } from "./exported-evaluation.ts";

/** Options of {@link toClipBenchmark}. */
export interface ClipBenchmarkOptions {
  /** Names the weights, `"openai"`. @defaultValue their SHA-256, else an empty text */
  readonly pretrained?: string;
  /** Of the captions. @defaultValue `"en"`, as there */
  readonly language?: string;
}

/**
 * A result as the JSON that CLIP_benchmark writes for `zeroshot_retrieval`. Its `recall@k` is our
 * `hit@k`; `image_retrieval` is text to image. It has no place for anything else.
 *
 * @see https://github.com/LAION-AI/CLIP_benchmark, clip_benchmark/metrics/zeroshot_retrieval.py
 */
export function toClipBenchmark(
  evaluation: ExportedEvaluation,
  options: ClipBenchmarkOptions = {},
): string {
  const { pretrained = evaluation.model.sha256 ?? "", language = "en" } = options;
  const metrics: Record<string, number> = {};
  for (const { direction, family, cutoff, found } of metricsOf(evaluation)) {
    if (direction === undefined || family !== "hit") continue;
    const asked = direction === "t2i" ? "image" : "text";
    metrics[`${asked}_retrieval_recall@${cutoff}`] = found.value;
  }
  const document = {
    dataset: evaluation.dataset.name,
    model: evaluation.model.name,
    pretrained,
    task: "zeroshot_retrieval",
    metrics,
    language,
  };
  return `${JSON.stringify(document)}\n`;
}
