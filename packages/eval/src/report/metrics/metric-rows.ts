import type { MetricValue } from "../../retrieval/evaluation.ts";

/** A metric in both directions. */
export interface MetricRow {
  /** As in the document, without its direction: `hit@5`. */
  readonly name: string;
  /** Whether it lies in [0, 1]. */
  readonly isShare: boolean;
  readonly t2i?: MetricValue;
  readonly i2t?: MetricValue;
}

/** What each family of metrics means; `k` is what stands behind the `@`. */
export const meanings: Readonly<Record<string, string>> = {
  hit: "at least one right answer among the first k; papers on CLIP call it recall@k",
  recall: "share of the right answers that are among the first k",
  precision: "share of the first k that are right",
  mrr: "1 / rank of the first right answer, 0 beyond k",
  map: "average precision of the first k, over the number of right answers",
  ndcg: "discounted gain of the first k over the best there could be, with linear gain",
  "ndcg-exp": "the same with the gain 2^grade − 1",
  rprecision: "precision among as many as there are right answers",
  mapr: "average precision of as many as there are right answers",
  medr: "median rank of the first right answer, from 1",
  meanr: "mean rank of the first right answer, from 1",
  rsum: "100 times the sum of hit@1, hit@5 and hit@10 in both directions",
  gmean: "geometric mean of hit@1, hit@5 and hit@10 in both directions",
};

const rankNames = new Set(["medr", "meanr"]);

/** The metrics that have a direction, family by family, cut-offs rising. */
export function metricRows(metrics: Readonly<Record<string, MetricValue>>): MetricRow[] {
  const names = new Set(
    Object.keys(metrics).flatMap((key) => /^(?:t2i|i2t)\.(.+)$/.exec(key)?.[1] ?? []),
  );
  const sorted = [...names].sort(
    (a, b) => familyPlace(a) - familyPlace(b) || cutoffOf(a) - cutoffOf(b),
  );
  return sorted.map((name) => {
    const { [`t2i.${name}`]: t2i, [`i2t.${name}`]: i2t } = metrics;
    const isShare = !rankNames.has(name);
    return { name, isShare, ...(t2i && { t2i }), ...(i2t && { i2t }) };
  });
}

/** The metrics over both directions together, with their names. */
export function summedMetrics(
  metrics: Readonly<Record<string, MetricValue>>,
): (readonly [string, MetricValue])[] {
  return Object.entries(metrics).filter(([key]) => !/^(?:t2i|i2t)\./.test(key));
}

/** `hit@5` → `hit`. */
export function familyOf(name: string): string {
  return name.split("@")[0] ?? name;
}

// A family that is not known here comes last.
function familyPlace(name: string): number {
  const families = Object.keys(meanings);
  const place = families.indexOf(familyOf(name));
  return place === -1 ? families.length : place;
}

function cutoffOf(name: string): number {
  return Number(name.split("@")[1] ?? 0);
}
