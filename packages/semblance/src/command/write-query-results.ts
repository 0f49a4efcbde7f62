import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Item } from "@semblance/core";
import { queryResult } from "@semblance/eval";
import type { DatasetEvaluation } from "@semblance/matcher";

/**
 * Writes one line of JSON per query: its direction and id, the ids of its relevant items, its best
 * hits and each metric.
 */
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
      const { query, relevant, hits, metrics } = queryResult(evaluation, direction, index);
      const line = {
        direction,
        query: idAt(asked, query),
        relevant: relevant.map((row) => idAt(answers, row)),
        hits: hits.map(({ row, score }) => ({ id: idAt(answers, row), score })),
        metrics,
      };
      yield `${JSON.stringify(line)}\n`;
    }
  }
}

function idAt(items: readonly Item[], row: number): string | null {
  return items[row]?.id ?? null;
}
