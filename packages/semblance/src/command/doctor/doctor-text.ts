import { basename, parse } from "node:path";
import type { DatasetInspection, Finding, FindingItem } from "@semblance/data";
import { shortenText } from "../display/shorten-text.ts";
import { wrapText } from "../display/wrap-text.ts";
import type { MendedTable } from "./doctor-source.ts";

/** Examples shown of a finding. */
const examplesShown = 6;
const longestContent = 60;

/** What the text of an inspection is about. */
export interface FormatInspectionOptions {
  readonly data: readonly string[];
  /** The command that writes mended copies, which the text shortens. */
  readonly mendCommand: string | undefined;
  readonly mended: readonly MendedTable[] | undefined;
}

/** What an inspection found, for people: the worst first, in 80 columns. */
export function formatInspection(
  { counts, findings }: DatasetInspection,
  { data, mendCommand, mended }: FormatInspectionOptions,
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
    ...findings.map((finding) => formatFinding(finding, mendCommand)),
    formatSummary(counts),
  ];
  if (mended !== undefined) parts.push(formatMended(mended));
  return parts.join("\n\n");
}

function formatFinding(finding: Finding, mendCommand: string | undefined): string {
  const { kind, severity, message, items, count: total } = finding;
  // A command that is broken into lines cannot be pasted, and all but this was typed just now.
  const fix = mendCommand ? finding.fix.replace(mendCommand, "add --mend.") : finding.fix;
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
  const content = (kind.includes("caption") ? caption : undefined) ?? image;
  const parts = [
    `row ${row}`,
    ...placeOf(file, split),
    shortenText(content ?? "", longestContent),
    reason,
  ];
  const text = parts.filter((part) => part !== undefined && part !== "").join(" · ");
  return wrapText(text, "    ", "      ");
}

// A table without splits is one, and called as its file.
function placeOf(file: string | undefined, split: string | undefined): (string | undefined)[] {
  if (file === undefined || parse(file).name === split) return [split];
  return [basename(file), split];
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
