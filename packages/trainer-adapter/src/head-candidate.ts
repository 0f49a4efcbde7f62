import {
  applyHead,
  type Embeddings,
  type EncodedPairs,
  type ModelHead,
  normalizeRows,
  toEmbeddings,
} from "@semblance/core";
import type { FitMetric } from "./fit-metric.ts";
import type { Matrix } from "./matrix.ts";
import type { Pace } from "./pace.ts";
import { type PairRanks, rankPairs } from "./rank-pairs.ts";

/** The weight as it is saved and applied: in single floats. */
export function toWeight({ data, columns }: Matrix): Embeddings {
  return toEmbeddings(Float32Array.from(data), columns);
}

/** The head between the identity and `head`: `I + α (W − I)` for each tower. */
export function interpolate(head: ModelHead, alpha: number): ModelHead {
  const towers = Object.entries(head).map(([tower, { data, dimension }]) => {
    const values = data.map((value: number, i: number) => {
      const start = i % (dimension + 1) === 0 ? 1 : 0;
      return start + alpha * (value - start);
    });
    return [tower, toEmbeddings(values, dimension)] as const;
  });
  return Object.fromEntries(towers);
}

/** Pairs as the model with this head would embed them, ranked. */
export async function rankBehind(
  head: ModelHead,
  pairs: EncodedPairs,
  metric: FitMetric,
  pace: Pace,
): Promise<PairRanks> {
  const image = await mapRows(pairs.image, head.image, pace);
  const text = await mapRows(pairs.text, head.text, pace);
  return rankPairs({ ...pairs, image, text }, metric, pace);
}

const rowsAtOnce = 64;

async function mapRows(
  rows: Embeddings,
  weight: Embeddings | undefined,
  pace: Pace,
): Promise<Embeddings> {
  if (weight === undefined) return rows;
  const { dimension } = rows;
  const mapped = new Float32Array(rows.data.length);
  for (let at = 0; at < mapped.length; at += rowsAtOnce * dimension) {
    const block = toEmbeddings(rows.data.subarray(at, at + rowsAtOnce * dimension), dimension);
    mapped.set(applyHead(block, weight), at);
    await pace.pause();
  }
  return normalizeRows(toEmbeddings(mapped, dimension));
}
