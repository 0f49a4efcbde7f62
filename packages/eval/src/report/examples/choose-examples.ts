import type { QueryColumns } from "../../retrieval/query-columns.ts";
import { drawEvenly } from "../queries/choose-queries.ts";

/** A pair that belongs together, by row. */
export interface ExamplePair {
  /** Place of the text among the queries that count. */
  readonly query: number;
  readonly text: number;
  readonly image: number;
}

/**
 * Pairs for a matrix: texts drawn evenly over the data, each with its first image, no image twice.
 * Fewer than `count` where there are not so many.
 */
export function chooseExamples(columns: QueryColumns, count: number): ExamplePair[] {
  const byImage = new Map<number, ExamplePair>();
  for (const [i, text] of columns.rows.entries()) {
    const image = columns.relevant.rows[columns.relevant.starts[i] ?? 0];
    if (image !== undefined && !byImage.has(image)) byImage.set(image, { query: i, text, image });
  }
  return drawEvenly([...byImage.values()], count);
}
