import { createPanelScorer } from "./panel-scorer.ts";
import type { ScaledRows } from "./scaled-rows.ts";

/** What {@link scoreTiles} compares. */
export interface ScoreTilesOptions {
  readonly queries: ScaledRows;
  /** First query row. @defaultValue 0 */
  readonly from?: number;
  /** One past the last query row. @defaultValue all */
  readonly to?: number;
  readonly gallery: ScaledRows;
}

/** Scores of some queries with some rows of the gallery. */
export interface ScoreTile {
  readonly firstQuery: number;
  readonly queries: number;
  readonly firstRow: number;
  readonly rows: number;
  /** The score of query `firstQuery + i` with row `firstRow + j` is at `i * stride + j`. */
  readonly scores: Float32Array;
  readonly stride: number;
}

/**
 * Scores every query with every gallery row, tile by tile, in about 2 MB of memory: all tiles of the
 * first queries, then those of the next; within each, rows ascend. The fastest way through more
 * scores than should be in memory at once.
 *
 * Every tile is yielded in the same memory: read it before going on. Scores are those of
 * {@link scoreRows}, to the last bit.
 *
 * @throws RangeError when the dimensions differ.
 */
export function* scoreTiles(options: ScoreTilesOptions): Generator<ScoreTile, void> {
  const { queries, gallery, from = 0, to = queries.count } = options;
  if (queries.dimension !== gallery.dimension) {
    throw new RangeError(
      `Queries have ${queries.dimension} dimensions, the gallery ${gallery.dimension}.`,
    );
  }
  if (to <= from || gallery.count === 0) return;
  const { dimension, count: rows } = gallery;
  const scorer = createPanelScorer({ dimension, queries: to - from, rows });
  const { blockSize, tileSize } = scorer;
  for (let firstQuery = from; firstQuery < to; firstQuery += blockSize) {
    const lastQuery = Math.min(firstQuery + blockSize, to);
    scorer.load(queries, firstQuery, lastQuery);
    for (let firstRow = 0; firstRow < gallery.count; firstRow += tileSize) {
      const lastRow = Math.min(firstRow + tileSize, gallery.count);
      const scores = scorer.score(gallery, firstRow, lastRow);
      const size = { queries: lastQuery - firstQuery, rows: lastRow - firstRow };
      yield { firstQuery, firstRow, ...size, scores, stride: tileSize };
    }
  }
}
