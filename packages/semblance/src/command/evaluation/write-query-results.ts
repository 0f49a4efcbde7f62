import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Item, withoutUndefined } from "@semblance/core";
import { type Direction, type QueryLine, queryResult } from "@semblance/eval";
import type { DatasetEvaluation } from "@semblance/matcher";

/** Writes one line of JSON per query, a {@link QueryLine}. */
export async function writeQueryResults(
  file: string,
  evaluation: DatasetEvaluation,
): Promise<void> {
  await pipeline(Readable.from(toLines(evaluation)), createWriteStream(file));
}

function* toLines(evaluation: DatasetEvaluation): Generator<string> {
  const { images, texts, queries } = evaluation;
  const sides = [
    { direction: "t2i", asked: texts, answers: images },
    { direction: "i2t", asked: images, answers: texts },
  ] as const;
  for (const { direction, asked, answers } of sides) {
    for (const index of queries[direction].rows.keys()) {
      const { query, cluster, relevant, hits, metrics } = queryResult(evaluation, direction, index);
      const line: QueryLine = {
        direction,
        query: idAt(asked, query),
        ...describe(direction, asked[query]),
        cluster,
        relevant: relevant.map((row) => idAt(answers, row)),
        hits: hits.map(({ row, score }) => ({ id: idAt(answers, row), score })),
        metrics,
      };
      yield `${JSON.stringify(line)}\n`;
    }
  }
}

function idAt(items: readonly Item[], row: number): string {
  const item = items[row];
  if (!item) throw new RangeError(`There are ${items.length} items, asked for row ${row}.`);
  return item.id;
}

// What the id does not say.
function describe(
  direction: Direction,
  item: Item | undefined,
): Pick<QueryLine, "text" | "metadata"> {
  if (!item) return {};
  const text = direction === "t2i" && item.content[0] !== item.id ? item.content[0] : undefined;
  const metadata = Object.keys(item.metadata).length > 0 ? item.metadata : undefined;
  return withoutUndefined({ text, metadata });
}
