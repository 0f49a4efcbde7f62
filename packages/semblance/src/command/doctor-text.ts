import type { DatasetInspection, Finding, FindingItem } from "@semblance/data";
import type { MendedTable } from "./doctor-source.ts";
import { wrapText } from "./wrap-text.ts";

/** Examples shown of a finding. */
const examplesShown = 6;
const longestCaption = 60;

/** What an inspection found, for people: the worst first, in 80 columns. */
export function formatInspection(
  data: readonly string[],
  { counts, findings }: DatasetInspection,
  mended: readonly MendedTable[] | undefined,
): string {
  const { rows, images, captions, splits } = counts;
  const sizes = [
    count(rows, "row"),
    count(images, "image"),
    count(captions, "caption"),
    count(splits, "split"),
  ];
  const parts = [
    wrapText(`${data.join(", ")}: ${sizes.join(", ")}. Rows count from 0.`),
    ...findings.map(formatFinding),
    formatSummary(counts),
  ];
  if (mended !== undefined) parts.push(formatMended(mended));
  return parts.join("\n\n");
}

function formatFinding({ kind, severity, message, items, count: total, fix }: Finding): string {
  const shown = items.slice(0, examplesShown).map((item) => formatItem(item, kind));
  const more = total - Math.min(items.length, examplesShown);
  if (more > 0) shown.push(`    and ${more.toLocaleString("en")} more; --json lists them`);
  return [
    wrapText(`${severity.toUpperCase()} ${message} (${kind})`),
    ...shown,
    wrapText(`→ ${fix}`, "  ", "    "),
  ].join("\n");
}

function formatItem(item: FindingItem, kind: Finding["kind"]): string {
  const { row, file, image, caption, split, reason } = item;
  const content = kind.includes("caption") ? shorten(caption ?? "") || image : image;
  const parts = [`row ${row}`, file, split, content, reason];
  const text = parts.filter((part) => part !== undefined && part !== "").join(" · ");
  return wrapText(text, "    ", "      ");
}

function shorten(caption: string): string {
  return caption.length <= longestCaption ? caption : `${caption.slice(0, longestCaption - 1)}…`;
}

function formatSummary({ errors, warnings, infos }: DatasetInspection["counts"]): string {
  if (errors + warnings + infos === 0) return "Nothing found.";
  const kinds = [count(errors, "error"), count(warnings, "warning"), `${infos} for information`];
  return `Kinds of findings: ${kinds.join(", ")}.`;
}

function formatMended(mended: readonly MendedTable[]): string {
  if (mended.length === 0) return "No rows are at fault: nothing was written.";
  return mended
    .map(({ file, rowsLeftOut }) => `Wrote ${file} without ${count(rowsLeftOut, "row")}.`)
    .join("\n");
}

function count(number: number, what: string): string {
  return `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
}
