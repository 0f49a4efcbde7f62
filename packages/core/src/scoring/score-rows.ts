import type { Embeddings } from "../embedding.ts";
import { scoreTiles } from "./score-tiles.ts";

/** What {@link scoreRows} compares. */
export interface ScoreRowsOptions {
  readonly queries: Embeddings;
  /** First query row. @defaultValue 0 */
  readonly from?: number;
  /** One past the last query row. @defaultValue all */
  readonly to?: number;
  readonly gallery: Embeddings;
  /** Memory to write into, at least `(to − from) · gallery.count` long. */
  readonly out?: Float32Array;
}

/**
 * Dot products of query rows with every gallery row: `[to − from, gallery.count]`, row-major.
 *
 * Each is accumulated in float64 in the order of the dimensions and rounded to float32 once, so a
 * score does not depend on how the work was cut into blocks, and equal vectors tie exactly.
 *
 * @throws RangeError when the dimensions differ.
 */
export function scoreRows(options: ScoreRowsOptions): Float32Array {
  const { queries, gallery, from = 0, to = queries.count } = options;
  const { dimension } = gallery;
  if (queries.dimension !== dimension) {
    throw new RangeError(`Queries have ${queries.dimension} dimensions, the gallery ${dimension}.`);
  }
  const scores = options.out ?? new Float32Array((to - from) * gallery.count);
  if (to - from >= manyQueries) {
    scoreMany({ queries, from, to, gallery, out: scores });
    return scores;
  }
  for (let query = from; query < to; query++) {
    const vector = queries.data.subarray(query * dimension, (query + 1) * dimension);
    scoreOne(vector, gallery, scores, (query - from) * gallery.count);
  }
  return scores;
}

// From here on, arranging the rows for WebAssembly costs less than it saves.
const manyQueries = 8;

function scoreMany(options: Required<ScoreRowsOptions>): void {
  const { from, gallery, out } = options;
  for (const { firstQuery, queries, firstRow, rows, scores, stride } of scoreTiles(options)) {
    for (let i = 0; i < queries; i++) {
      const at = (firstQuery - from + i) * gallery.count + firstRow;
      out.set(scores.subarray(i * stride, i * stride + rows), at);
    }
  }
}

// Four gallery rows at a time: each query value is read once for four independent sums, which the
// processor overlaps; each sum still adds up in order.
function scoreOne(query: Float32Array, gallery: Embeddings, out: Float32Array, at: number): void {
  const { data, count, dimension } = gallery;
  let row = 0;
  for (; row + 4 <= count; row += 4) {
    const a = row * dimension;
    const b = a + dimension;
    const c = b + dimension;
    const d = c + dimension;
    let sumA = 0;
    let sumB = 0;
    let sumC = 0;
    let sumD = 0;
    for (let i = 0; i < dimension; i++) {
      const value = query[i] as number;
      sumA += value * (data[a + i] as number);
      sumB += value * (data[b + i] as number);
      sumC += value * (data[c + i] as number);
      sumD += value * (data[d + i] as number);
    }
    out[at + row] = sumA;
    out[at + row + 1] = sumB;
    out[at + row + 2] = sumC;
    out[at + row + 3] = sumD;
  }
  for (; row < count; row++) {
    const start = row * dimension;
    let sum = 0;
    for (let i = 0; i < dimension; i++) sum += (query[i] as number) * (data[start + i] as number);
    out[at + row] = sum;
  }
}
