import type { RetrievalReport } from "@semblance/matcher";
import { formatTable } from "./format-table.ts";

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
  const { rsum, gmean } = report.metrics;
  const split = dataset.split === null ? "" : `, split "${dataset.split}"`;
  const notes = [
    note(
      ties.t2i.queries + ties.i2t.queries,
      protocol.ties === "expected"
        ? "queries have ties: expected values over their order"
        : `queries have ties, in ${protocol.ties} order`,
    ),
    note(
      withoutRelevant.t2i + withoutRelevant.i2t,
      "queries without a relevant item were left out",
    ),
    note(truncated, "texts were cut to the model's length"),
  ];
  return [
    `${model.name} on ${dataset.name}${split}: ${dataset.images} images, ${dataset.texts} texts, ${dataset.pairs} pairs`,
    ...describeProtocol(protocol),
    "",
    formatTable(["", "text → image", "image → text"], rows),
    ...(rsum ? ["", `rsum ${rsum.value.toFixed(1)}  gmean ${gmean?.value.toFixed(4)}`] : []),
    "",
    `hubs: ${describeHubs(report, "t2i")} of images, ${describeHubs(report, "i2t")} of texts`,
    ...notes.filter((line) => line !== ""),
  ].join("\n");
}

function describeProtocol(protocol: RetrievalReport["protocol"]): string[] {
  const { captionsPerImage, folds } = protocol;
  const captions =
    captionsPerImage === null ? [] : [`at most ${captionsPerImage} captions an image`];
  const parts = folds === null ? [] : [`ranked within ${folds} folds of the images`];
  const all = [...captions, ...parts].join(", ");
  return all === "" ? [] : [all];
}

function formatValue(report: RetrievalReport, name: string): string {
  const metric = report.metrics[name];
  if (!metric) return "";
  const isRank = name.endsWith("medr") || name.endsWith("meanr");
  const digits = isRank ? 1 : 4;
  const interval = metric.ci95?.map((bound) => bound.toFixed(digits)).join(", ");
  return `${metric.value.toFixed(digits)}${interval === undefined ? "" : `  [${interval}]`}`;
}

// The t2i gallery is images.
function describeHubs({ hubness }: RetrievalReport, direction: "t2i" | "i2t"): string {
  const { skewness, antiHubs } = hubness[direction];
  return `skewness ${skewness.toFixed(2)}, ${(100 * antiHubs).toFixed(1)} % never found`;
}

function note(count: number, text: string): string {
  return count === 0 ? "" : `${count} ${text}.`;
}
