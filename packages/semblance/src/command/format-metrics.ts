import type { RetrievalReport } from "@semblance/matcher";
import { formatTable } from "./format-table.ts";

const families = ["hit", "recall", "precision", "mrr", "map", "ndcg"];

/** Metrics as a table for people: one row per metric, one column per direction. */
export function formatMetrics(report: RetrievalReport, cutoffs: readonly number[]): string {
  const { dataset, model, ties, withoutRelevant, truncated } = report;
  const names = [
    ...families.flatMap((family) => cutoffs.map((k) => `${family}@${k}`)),
    "medr",
    "meanr",
  ];
  const rows = names.map((name) => [
    name,
    formatValue(report, `t2i.${name}`),
    formatValue(report, `i2t.${name}`),
  ]);
  const rsum = report.metrics.rsum;
  const split = dataset.split === null ? "" : `, split "${dataset.split}"`;
  const notes = [
    note(
      ties.t2i.queries + ties.i2t.queries,
      "queries have ties: expected values over their order",
    ),
    note(
      withoutRelevant.t2i + withoutRelevant.i2t,
      "queries without a relevant item were left out",
    ),
    note(truncated, "texts were cut to the model's length"),
  ];
  return [
    `${model.name} on ${dataset.name}${split}: ${dataset.images} images, ${dataset.texts} texts, ${dataset.pairs} pairs`,
    "",
    formatTable(["", "text → image", "image → text"], rows),
    ...(rsum ? ["", `rsum ${rsum.value.toFixed(1)}`] : []),
    ...notes.filter((line) => line !== ""),
  ].join("\n");
}

function formatValue(report: RetrievalReport, name: string): string {
  const metric = report.metrics[name];
  if (!metric) return "";
  const isRank = name.endsWith("medr") || name.endsWith("meanr");
  const digits = isRank ? 1 : 4;
  const interval = metric.ci95?.map((bound) => bound.toFixed(digits)).join(", ");
  return `${metric.value.toFixed(digits)}${interval === undefined ? "" : `  [${interval}]`}`;
}

function note(count: number, text: string): string {
  return count === 0 ? "" : `${count} ${text}.`;
}
