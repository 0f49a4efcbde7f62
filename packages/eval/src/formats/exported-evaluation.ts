import type { EvaluationDocument } from "../comparison/evaluation-document.ts";
import type { Direction, MetricValue } from "../retrieval/evaluation.ts";

/** What the writers of formats read of a result: a part of what `semblance eval --json` prints. */
export interface ExportedEvaluation extends EvaluationDocument {
  readonly model: { readonly name: string; readonly sha256?: string | null };
  /** In seconds. */
  readonly timing?: { readonly encode: number; readonly evaluate: number };
}

/** A metric's key in its parts: `t2i.hit@10` is of `t2i`, named `hit`, cut at 10. */
export interface MetricKey {
  /** `undefined` where the figure is of both. */
  readonly direction: Direction | undefined;
  /** With its cut-off: `hit@10`. */
  readonly metric: string;
  /** Without it: `hit`. */
  readonly family: string;
  readonly cutoff: number | undefined;
}

/** Every metric of a result with its key's parts, in the result's order. */
export function metricsOf({
  metrics,
}: ExportedEvaluation): (MetricKey & { readonly found: MetricValue })[] {
  return Object.entries(metrics).map(([key, found]) => ({ ...parseKey(key), found }));
}

function parseKey(key: string): MetricKey {
  const [, direction, metric = key] = /^(t2i|i2t)\.(.*)$/.exec(key) ?? [];
  const [family = metric, cutoff] = metric.split("@");
  return {
    direction: direction === "t2i" || direction === "i2t" ? direction : undefined,
    metric,
    family,
    cutoff: cutoff === undefined ? undefined : Number(cutoff),
  };
}
