import type { ChangedQuery, Comparison, MetricDifference, SliceDifference } from "@semblance/eval";
import { formatTable } from "../display/format-table.ts";
import { shortenText } from "../display/shorten-text.ts";

/** A comparison, and the files that it is about. */
export interface FileComparison extends Comparison {
  readonly files: { readonly a: string; readonly b: string };
}

/** A comparison for people, in 80 columns. */
export function formatComparison(comparison: FileComparison): string {
  const { a, b, files, dataset, k } = comparison;
  const split = dataset.split === null ? "" : `, split "${dataset.split}"`;
  const blocks = [
    `A  ${a.model.name} (${files.a})\nB  ${b.model.name} (${files.b})`,
    `${dataset.name}${split}: ${dataset.images} images, ${dataset.texts} texts, ${dataset.pairs} pairs`,
    formatDifferences(comparison),
    describeVerdict(comparison),
    describeOnlyIn(comparison),
    formatSlices(comparison),
    formatChanged(`text → image, hit@${k}`, comparison.fixed.t2i, comparison.broken.t2i),
    formatChanged(`image → text, hit@${k}`, comparison.fixed.i2t, comparison.broken.i2t),
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

function formatDifferences({ metrics }: Comparison): string {
  const header = ["", "A", "B", "B − A", "95 % interval", "p (Holm)"];
  const entries = Object.entries(metrics).sort(([x], [y]) => placeOf(x) - placeOf(y));
  const rows = entries.map(([key, found]) => {
    const digits = digitsOf(key);
    return [
      key,
      found.a.toFixed(digits),
      found.b.toFixed(digits),
      signed(found.difference, digits),
      formatInterval(found.ci95, digits),
      formatP(found.pHolm),
    ];
  });
  return formatTable(header, rows);
}

// One direction after the other, then what is of both.
function placeOf(key: string): number {
  return key.startsWith("t2i.") ? 0 : key.startsWith("i2t.") ? 1 : 2;
}

// Ranks and rsum are no fractions.
function digitsOf(key: string): number {
  return key === "rsum" || key.endsWith(".medr") || key.endsWith(".meanr") ? 1 : 4;
}

function signed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  if (Number(text) === 0) return text.replace("-", "");
  return value > 0 ? `+${text}` : text;
}

function formatInterval(interval: MetricDifference["ci95"], digits: number): string {
  if (!interval) return "";
  return `[${interval.map((end) => signed(end, digits)).join(", ")}]`;
}

function formatP(p: number | undefined): string {
  if (p === undefined) return "";
  return p < 0.001 ? "<0.001" : p.toFixed(3);
}

/** One sentence that says what the table shows. */
function describeVerdict({ verdict }: Comparison): string {
  const { better, worse, tested } = verdict;
  const test = `p below 0.05 by Holm's method over all ${tested}`;
  if (tested === 0) return "There are too few queries to test a difference.";
  if (tested === 1 && better + worse === 0) return "A and B do not differ beyond chance.";
  if (better + worse === 0) {
    return `On none of ${tested} metrics do A and B differ beyond chance\n(${test}).`;
  }
  const found = [
    better > 0 ? `better beyond chance on ${better}` : "",
    worse > 0 ? `worse beyond chance on ${worse}` : "",
  ].filter((part) => part !== "");
  const all = tested === 1 ? "metric" : "metrics";
  return `B is ${found.join(" and ")} of ${tested} ${all}\n(${test}).`;
}

function describeOnlyIn({ onlyIn }: Comparison): string {
  const sides = [
    { side: "A", keys: onlyIn.a },
    { side: "B", keys: onlyIn.b },
  ];
  return sides
    .filter(({ keys }) => keys.length > 0)
    .map(({ side, keys }) => `${keys.length} metrics are only in ${side}: ${keys[0]} and so on.`)
    .join("\n");
}

const longestValue = 30;

function formatSlices({ slices, k }: Comparison): string {
  if (slices.length === 0) return "";
  const titles = new Set(slices.map(({ direction, by }) => `${direction}, ${by}`));
  const tables = Array.from(titles, (title) => {
    const header = [shortenText(title, longestValue), "n", "A", "B", "B − A", "95 % interval"];
    const own = slices.filter(({ direction, by }) => `${direction}, ${by}` === title);
    return formatTable(header, own.map(describeSlice));
  });
  const note = "An interval is for its row alone: of many rows some miss by chance.";
  return [`By hit@${k}:`, ...tables, note].join("\n\n");
}

function describeSlice({ value, n, a, b, difference, ci95 }: SliceDifference): string[] {
  const figures = [a.toFixed(3), b.toFixed(3), signed(difference, 3), formatInterval(ci95, 3)];
  return [shortenText(value, longestValue), String(n), ...figures];
}

const queriesShown = 3;

function formatChanged(
  title: string,
  fixed: readonly ChangedQuery[],
  broken: readonly ChangedQuery[],
): string {
  const list = (sign: string, queries: readonly ChangedQuery[]) =>
    queries.slice(0, queriesShown).map((query) => describeQuery(sign, query));
  const count = `${title}: ${fixed.length} fixed, ${broken.length} broken`;
  return [count, ...list("+", fixed), ...list("-", broken)].join("\n");
}

function describeQuery(sign: string, { query, text, a, b }: ChangedQuery): string {
  const moved = `rank ${formatRank(a.rank)} → ${formatRank(b.rank)}`;
  const wrong = (sign === "+" ? a : b).hits[0];
  const came = wrong
    ? `\n      ${sign === "+" ? "A" : "B"} found ${shortenText(wrong.id, 60)}`
    : "";
  return `  ${sign} ${shortenText(text ?? query, 50)}  ${moved}${came}`;
}

function formatRank(rank: number): string {
  return Number.isInteger(rank) ? String(rank) : rank.toFixed(1);
}
