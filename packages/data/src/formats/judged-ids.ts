import { withoutUndefined } from "@semblance/core";
import { readLines } from "../source/read-lines.ts";
import type { FormatOptions } from "./format-reader.ts";
import type { Place, Problem, Reading } from "./reading.ts";

/** A line of relevance judgements. */
export interface JudgedIds {
  readonly query: string;
  readonly document: string;
  readonly relevance: number;
  readonly split?: string;
  readonly place: Place;
}

/** Which columns hold what. */
export interface JudgementFormat {
  /** In words, for messages. */
  readonly pattern: string;
  /** Whether the first line may be a header: one without a number. */
  readonly mayHaveHeader: boolean;
  /** The query, the document and the relevance of a line; `undefined` for one of another form. */
  parse(line: string): readonly [query: string, document: string, relevance: string] | undefined;
}

/** TREC's: `query iteration document relevance`, separated by white space. */
export const trecJudgements: JudgementFormat = {
  pattern: "query id, iteration, document id, relevance",
  mayHaveHeader: false,
  parse(line) {
    const [query, iteration, document, relevance, ...others] = line.trim().split(/\s+/);
    if (query === undefined || iteration === undefined || others.length > 0) return undefined;
    return document === undefined || relevance === undefined
      ? undefined
      : [query, document, relevance];
  },
};

/** BEIR's: `query-id`, `corpus-id` and `score`, separated by tabs, under a header. */
export const beirJudgements: JudgementFormat = {
  pattern: "query-id, a tab, corpus-id, a tab, score",
  mayHaveHeader: true,
  parse(line) {
    const [query, document, relevance, ...others] = line.split("\t");
    if (query === undefined || others.length > 0) return undefined;
    return document === undefined || relevance === undefined
      ? undefined
      : [query, document, relevance];
  },
};

/**
 * Streams judgements. A line of another form, or whose relevance is no number, is listed as a failure
 * (`INVALID_LINE`, `INVALID_RELEVANCE`), unless it is a header.
 */
export async function* readJudgedIds(
  file: string,
  format: JudgementFormat,
  reading: Pick<Reading, "fail">,
  options: FormatOptions & { readonly split?: string },
): AsyncGenerator<JudgedIds, void, undefined> {
  const { split, ...readOptions } = options;
  for await (const { line, text } of readLines(file, readOptions)) {
    if (text.trim() === "") continue;
    const place = { index: line - 1, where: `${file}:${line}`, input: text };
    const found = parse(text, format);
    if (!("code" in found)) yield withoutUndefined({ ...found, split, place });
    else if (line > 1 || !format.mayHaveHeader) reading.fail(place, found);
  }
}

function parse(
  line: string,
  format: JudgementFormat,
): Pick<JudgedIds, "query" | "document" | "relevance"> | Problem {
  const message = `expected ${format.pattern}.`;
  const parsed = format.parse(line);
  if (parsed === undefined) return { code: "INVALID_LINE", message };
  const [query, document, number] = parsed;
  const relevance = Number(number.trim() || Number.NaN);
  if (!Number.isFinite(relevance)) return { code: "INVALID_RELEVANCE", message };
  return { query, document, relevance };
}
