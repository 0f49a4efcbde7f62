import { createReadStream, existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { DatasetError, parseConfig } from "@semblance/core";
import type { EvaluatedQueries, EvaluationDocument, QueryLine } from "@semblance/eval";
import { z } from "zod";

const interval = z.tuple([z.number(), z.number()]);

const documentSchema = z.object({
  dataset: z.object({
    name: z.string(),
    split: z.string().nullable(),
    images: z.number(),
    texts: z.number(),
    pairs: z.number(),
    galleryHash: z.string(),
  }),
  model: z.object({
    id: z.string().nullable(),
    name: z.string(),
    dtype: z.string().nullable(),
    sha256: z.string().nullable(),
  }),
  protocol: z.record(z.string(), z.unknown()),
  metrics: z.record(
    z.string(),
    z.object({ value: z.number(), ci95: interval.exactOptional(), n: z.number() }),
  ),
  queries: z.string().exactOptional(),
  manifest: z.unknown().optional(),
});

const lineSchema: z.ZodType<QueryLine> = z.object({
  direction: z.enum(["t2i", "i2t"]),
  query: z.string(),
  text: z.string().exactOptional(),
  metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).exactOptional(),
  cluster: z.int().min(0),
  relevant: z.array(z.string()),
  hits: z.array(z.object({ id: z.string(), score: z.number() })),
  metrics: z.record(z.string(), z.number()),
});

/** A document that `eval -o` wrote. */
export interface WrittenEvaluation extends EvaluationDocument {
  readonly model: {
    readonly id: string | null;
    readonly name: string;
    readonly dtype: string | null;
    readonly sha256: string | null;
  };
  /** The file with its queries, as it was named when it was written. */
  readonly queries?: string;
  readonly manifest?: unknown;
}

const fix = "Give a file that semblance eval -o FILE wrote.";

/**
 * Reads a document that `eval -o` wrote.
 *
 * @throws {@link DatasetError} with code `RESULT_INVALID` for a file that is none, and what the
 * operating system says of one that cannot be read.
 */
export async function readEvaluation(file: string): Promise<WrittenEvaluation> {
  return parseResult(await readFile(file, "utf8"), documentSchema, { file });
}

/**
 * Reads such a document with its queries, from the file beside it or else from where it was written.
 *
 * @throws {@link DatasetError} with code `RESULT_INVALID`, or `QUERIES_MISSING` when there are none.
 */
export async function readEvaluatedQueries(file: string): Promise<EvaluatedQueries> {
  const document = await readEvaluation(file);
  const places = [`${file}.queries.jsonl`, document.queries];
  const place = places.find((path) => path !== undefined && existsSync(path));
  if (place === undefined) {
    throw new DatasetError({
      code: "QUERIES_MISSING",
      message: `${file} has no queries beside it: there is no ${file}.queries.jsonl.`,
      fix: "semblance eval -o FILE writes both; keep them together.",
      position: { file },
    });
  }
  return { document, queries: await readLines(place) };
}

async function readLines(file: string): Promise<QueryLine[]> {
  const lines: QueryLine[] = [];
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file) })) {
    lines.push(parseResult(text, lineSchema, { file, line: ++line }));
  }
  return lines;
}

function parseResult<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  position: { readonly file: string; readonly line?: number },
): z.output<Schema> {
  const { file, line } = position;
  try {
    return parseConfig(schema, JSON.parse(text), line === undefined ? file : `line ${line}`);
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? "It is not JSON." : String(cause);
    const message = `${file} is not what semblance eval writes. ${reason}`;
    throw new DatasetError({ code: "RESULT_INVALID", message, fix, cause, position });
  }
}
