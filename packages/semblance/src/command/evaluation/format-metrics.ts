import type { RetrievalReport } from "@semblance/matcher";
import { formatTable } from "../display/format-table.ts";

const families = ["hit", "recall", "precision", "mrr", "map", "ndcg", "ndcg-exp"];
const once = ["rprecision", "mapr", "medr", "meanr"];

/** Metrics as a table for people: one row per metric, one column per direction. */
export function formatMetrics(report: RetrievalReport, cutoffs: readonly number[]): string {
  const { dataset, model, protocol, ties, withoutRelevant, truncated } = report;
  const names = [...families.flatMap((family) => cutoffs.map((k) => `${family}@${k}`)), ...once];
  const rows = names.map((name) => [
    name,
    formatValue(report, `t2i.${name}`),
    formatValue(report, `i2t.${name}`),
  ]);
  const sums = ["rsum", "gmean"].filter((name) => report.metrics[name] !== undefined);
  const split = dataset.split === null ? "" : `, split "${dataset.split}"`;
  const notes = [
    note(
      ties.t2i.queries + ties.i2t.queries,
      ["query has", "queries have"],
      protocol.ties === "expected"
        ? "ties: expected values over their order"
        : `ties, in ${protocol.ties} order`,
    ),
    note(
      withoutRelevant.t2i + withoutRelevant.i2t,
      ["query without a relevant item was", "queries without a relevant item were"],
      "left out",
    ),
    note(truncated, ["text was", "texts were"], "cut to the model's length"),
  ].filter((line) => line !== "");
  return [
    `${model.name} on ${dataset.name}${split}: ${dataset.images} images, ${dataset.texts} texts, ${dataset.pairs} pairs`,
    ...describeProtocol(protocol),
    "",
    formatTable(["", "text → image", "image → text"], [...rows, ...hubRows(report)]),
    ...(sums.length > 0 ? [""] : []),
    ...sums.map((name) => `${name.padEnd(6)} ${formatValue(report, name)}`),
    ...(notes.length > 0 ? ["", ...notes] : []),
  ].join("\n");
}

function describeProtocol(protocol: RetrievalReport["protocol"]): string[] {
  const { captionsPerImage, folds } = protocol;
  const what = captionsPerImage === 1 ? "caption" : "captions";
  const captions =
    captionsPerImage === null ? [] : [`at most ${captionsPerImage} ${what} an image`];
  const parts = folds === null ? [] : [`ranked within ${folds} folds of the images`];
  const all = [...captions, ...parts].join(", ");
  return all === "" ? [] : [all];
}

function formatValue(report: RetrievalReport, name: string): string {
  const metric = report.metrics[name];
  if (!metric) return "";
  const isShare = !/(^rsum|medr|meanr)$/.test(name);
  const digits = isShare ? 4 : 1;
  const interval = metric.ci95?.map((bound) => bound.toFixed(digits)).join(", ");
  return `${metric.value.toFixed(digits)}${interval === undefined ? "" : `  [${interval}]`}`;
}

// Who is found in a direction: images in t2i, texts in i2t.
function hubRows({ hubness }: RetrievalReport): string[][] {
  const { t2i, i2t } = hubness;
  const shares = [t2i, i2t].map(({ antiHubs }) => `${(100 * antiHubs).toFixed(1)} %`);
  return [
    ["hub skewness", t2i.skewness.toFixed(2), i2t.skewness.toFixed(2)],
    [`never in ${t2i.k} best`, ...shares],
  ];
}

function note(
  count: number,
  [one, many]: readonly [one: string, many: string],
  text: string,
): string {
  return count === 0 ? "" : `${count} ${count === 1 ? one : many} ${text}.`;
}
