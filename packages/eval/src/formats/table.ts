import type { MetricValue } from "../retrieval/evaluation.ts";
import { type ExportedEvaluation, type MetricKey, metricsOf } from "./exported-evaluation.ts";

/**
 * A result as CSV (RFC 4180), a line per metric: `model`, `dataset`, `split`, `direction` (`t2i`, `i2t`,
 * empty for both), `metric`, `value`, `ci95_low`, `ci95_high` and `n`, the number of queries. Results of
 * several models can be joined line by line.
 */
export function toCsv(evaluation: ExportedEvaluation): string {
  const { model, dataset } = evaluation;
  const rows = metricsOf(evaluation).map(({ direction = "", metric, found }) => [
    model.name,
    dataset.name,
    dataset.split ?? "",
    direction,
    metric,
    found.value,
    found.ci95?.[0] ?? "",
    found.ci95?.[1] ?? "",
    found.n,
  ]);
  const header = "model,dataset,split,direction,metric,value,ci95_low,ci95_high,n";
  return [header, ...rows.map((row) => row.map(toCell).join(","))].join("\r\n").concat("\r\n");
}

function toCell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * A result as a Markdown table, a row per metric and a column per direction, with intervals where there
 * are some; above it the model and the data, below it how ties count.
 */
export function toMarkdown(evaluation: ExportedEvaluation): string {
  const { model, dataset, protocol, metrics } = evaluation;
  const split = dataset.split === null ? "" : `, split “${dataset.split}”`;
  const counts = `${dataset.images} images, ${dataset.texts} texts, ${dataset.pairs} pairs`;
  const all = metricsOf(evaluation);
  const names = namesOf(all.filter(({ direction }) => direction !== undefined));
  const rows = Array.from(names, (name) => [
    name,
    formatFigure(metrics[`t2i.${name}`], name),
    formatFigure(metrics[`i2t.${name}`], name),
  ]);
  const both = all.filter(({ direction }) => direction === undefined);
  const notes = [
    ...both.map(({ metric, found }) => `${metric} ${formatFigure(found, metric)}.`),
    all.some(({ found }) => found.ci95) ? "In brackets: 95 % intervals." : "",
    `Order of ties: ${String(protocol.ties)}.`,
  ];
  return [
    `**${escapeCell(model.name)}** on ${escapeCell(dataset.name)}${escapeCell(split)}: ${counts}`,
    "",
    "| metric | text → image | image → text |",
    "| --- | --- | --- |",
    ...rows.map((cells) => `| ${cells.join(" | ")} |`),
    "",
    notes.filter((note) => note !== "").join(" "),
    "",
  ].join("\n");
}

// Those with cut-offs first, as people read them.
function namesOf(found: readonly MetricKey[]): Set<string> {
  const inOrder = [
    ...found.filter(({ cutoff }) => cutoff !== undefined),
    ...found.filter(({ cutoff }) => cutoff === undefined),
  ];
  return new Set(inOrder.map(({ metric }) => metric));
}

// Ranks and rsum are no shares.
function formatFigure(metric: MetricValue | undefined, name: string): string {
  if (metric === undefined) return "";
  const digits = name === "medr" || name === "meanr" || name === "rsum" ? 1 : 4;
  const interval = metric.ci95?.map((bound) => bound.toFixed(digits)).join(", ");
  return `${metric.value.toFixed(digits)}${interval === undefined ? "" : ` [${interval}]`}`;
}

function escapeCell(text: string): string {
  return text.replace(/[\\`*_|<>[\]]/g, "\\$&").replace(/\s+/g, " ");
}
