import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  rankedQueries,
  toClipBenchmark,
  toCsv,
  toMarkdown,
  toMteb,
  toTrecQrels,
  toTrecRun,
} from "@semblance/eval";
import type { DatasetEvaluation } from "@semblance/matcher";

/** The formats that `eval --format` writes; `json` is our own. */
export const evaluationFormats = [
  "json",
  "clip-benchmark",
  "mteb",
  "trec",
  "csv",
  "markdown",
] as const;

/** A format of other programs. */
export type ForeignFormat = Exclude<(typeof evaluationFormats)[number], "json">;

/** Hits of a query that a TREC run lists at least. */
const trecDepth = 100;

/** How many hits of each query a format lists. */
export function hitsOf(format: ForeignFormat, cutoffs: readonly number[]): number {
  return format === "trec" ? Math.max(trecDepth, ...cutoffs) : 0;
}

/** A result in one format: its only text, or files by what their names end in. */
export type FormattedEvaluation =
  | { readonly text: string }
  | { readonly files: Readonly<Record<string, Iterable<string>>> };

/** Writes a result in a format; one that has a file for each direction gives files. */
export function formatEvaluation(
  format: ForeignFormat,
  evaluation: DatasetEvaluation,
): FormattedEvaluation {
  const { report } = evaluation;
  if (format === "csv") return { text: toCsv(report) };
  if (format === "markdown") return { text: toMarkdown(report) };
  if (format === "clip-benchmark") return { text: toClipBenchmark(report) };
  if (format === "trec") return { files: formatTrec(evaluation) };
  return {
    files: {
      ".t2i.json": [toMteb(report, { direction: "t2i" })],
      ".i2t.json": [toMteb(report, { direction: "i2t" })],
    },
  };
}

function formatTrec(evaluation: DatasetEvaluation): Record<string, Iterable<string>> {
  const ids = {
    image: evaluation.images.map(({ id }) => id),
    text: evaluation.texts.map(({ id }) => id),
  };
  const options = { tag: evaluation.report.model.name };
  return {
    ".t2i.run": toTrecRun(rankedQueries(evaluation, "t2i", ids), options),
    ".t2i.qrels": toTrecQrels(rankedQueries(evaluation, "t2i", ids)),
    ".i2t.run": toTrecRun(rankedQueries(evaluation, "i2t", ids), options),
    ".i2t.qrels": toTrecQrels(rankedQueries(evaluation, "i2t", ids)),
  };
}

/** Writes a result to `output`, or to files that begin so; gives their names. */
export async function writeEvaluation(
  output: string,
  formatted: FormattedEvaluation,
): Promise<string[]> {
  const files = "text" in formatted ? { "": [formatted.text] } : formatted.files;
  for (const [ending, parts] of Object.entries(files)) {
    await pipeline(Readable.from(parts), createWriteStream(`${output}${ending}`));
  }
  return Object.keys(files).map((ending) => `${output}${ending}`);
}
