import type { DatasetError, RunOptions } from "@semblance/core";
import { readLines } from "../source/read-lines.ts";
import { shorten } from "../source/shorten.ts";
import { createTableError } from "../source/table-error.ts";

/** Judgements as columns of equal length: `evaluateRun` of `@semblance/eval` takes them. */
export interface TrecQrels {
  readonly queries: readonly string[];
  readonly documents: readonly string[];
  readonly relevance: readonly number[];
}

/** A run as columns of equal length: `evaluateRun` of `@semblance/eval` takes them. */
export interface TrecRun {
  readonly queries: readonly string[];
  readonly documents: readonly string[];
  readonly scores: readonly number[];
}

/**
 * Reads TREC's relevance judgements, `query iteration document relevance` a line. One line that is not
 * so is an error, since figures without it would be others.
 *
 * @throws {@link DatasetError} `INVALID_LINE`, `FILE_NOT_FOUND`, `FILE_UNREADABLE` or `INVALID_UTF8`.
 */
export async function readTrecQrels(file: string, options: RunOptions = {}): Promise<TrecQrels> {
  const pattern = "query iteration document relevance";
  const { queries, documents, values } = await readColumns(file, { pattern, value: 3 }, options);
  return { queries, documents, relevance: values };
}

/**
 * Reads a TREC run, `query Q0 document rank score tag` a line. As in trec_eval ranks do not count, but
 * scores; errors are those of {@link readTrecQrels}.
 *
 * @throws {@link DatasetError}
 */
export async function readTrecRun(file: string, options: RunOptions = {}): Promise<TrecRun> {
  const pattern = "query Q0 document rank score tag";
  const { queries, documents, values } = await readColumns(file, { pattern, value: 4 }, options);
  return { queries, documents, scores: values };
}

/** A line's fields in words, separated by spaces, and which of them is the number. */
interface LineForm {
  readonly pattern: string;
  readonly value: number;
}

async function readColumns(file: string, form: LineForm, options: RunOptions) {
  const columns = { queries: [] as string[], documents: [] as string[], values: [] as number[] };
  const length = form.pattern.split(" ").length;
  for await (const { line, text } of readLines(file, options)) {
    if (text.trim() === "") continue;
    const fields = text.trim().split(/\s+/);
    const [query, , document] = fields;
    const value = Number(fields[form.value]);
    const isWhole = fields.length === length && Number.isFinite(value);
    if (!isWhole || query === undefined || document === undefined) {
      throw invalidLine({ file, line }, text, form);
    }
    columns.queries.push(query);
    columns.documents.push(document);
    columns.values.push(value);
  }
  return columns;
}

function invalidLine(
  position: { readonly file: string; readonly line: number },
  text: string,
  { pattern }: LineForm,
): DatasetError {
  return createTableError({
    code: "INVALID_LINE",
    message: `expected ${pattern}, found ${shorten(text)}.`,
    fix: "Write the fields with spaces or tabs between them, and none within an id.",
    position,
  });
}
