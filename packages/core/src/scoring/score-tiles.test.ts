import { expect, test } from "vitest";
import { type Embeddings, normalizeRows, toEmbeddings } from "../embedding.ts";
import { createRandom } from "../statistics/random.ts";
import { type ScaledRows, scorePair, toUnitRows } from "./scaled-rows.ts";
import { scoreRows } from "./score-rows.ts";
import { scoreTiles } from "./score-tiles.ts";

function noise(count: number, dimension: number, seed: number): Embeddings {
  const random = createRandom(seed);
  const values = Float32Array.from({ length: count * dimension }, () => random() * 9 - 4);
  return toEmbeddings(values, dimension);
}

// The whole matrix, and how often each of its scores was yielded.
function scoreAll(queries: ScaledRows, gallery: ScaledRows) {
  const all = new Float32Array(queries.count * gallery.count);
  const times = new Uint8Array(all.length);
  for (const tile of scoreTiles({ queries, gallery })) {
    for (let i = 0; i < tile.queries; i++) {
      for (let j = 0; j < tile.rows; j++) {
        const at = (tile.firstQuery + i) * gallery.count + tile.firstRow + j;
        all[at] = tile.scores[i * tile.stride + j] ?? Number.NaN;
        times[at] = (times[at] ?? 0) + 1;
      }
    }
  }
  return { all, times };
}

// Sizes that are and are not whole steps, panels, blocks and tiles.
test.each([
  [1, 1, 1],
  [3, 6, 4],
  [7, 11, 5],
  [800, 400, 3],
  [130, 30, 600],
])(
  "%d queries and %d rows of %d dimensions: every pair once, with scorePair's score",
  (queries, rows, dimension) => {
    const [asked, gallery] = [noise(queries, dimension, 1), noise(rows, dimension, 2)];
    const { all, times } = scoreAll(asked, gallery);
    expect(times.every((count) => count === 1)).toBe(true);
    const expected = all.map((_, at) =>
      scorePair(asked, Math.floor(at / rows), gallery, at % rows),
    );
    expect(all).toEqual(expected);
  },
);

test("rows that count as units score as rows that were normalised", () => {
  const [queries, gallery] = [noise(20, 7, 1), noise(13, 7, 2)];
  gallery.data.fill(0, 0, 7);
  const scaled = scoreAll(toUnitRows(queries), toUnitRows(gallery)).all;
  const pair = scorePair(toUnitRows(queries), 3, toUnitRows(gallery), 5);
  normalizeRows(queries);
  normalizeRows(gallery);
  expect(scaled).toEqual(scoreAll(queries, gallery).all);
  expect(pair).toBe(scorePair(queries, 3, gallery, 5));
  expect(pair).toBe(scaled[3 * 13 + 5]);
});

test("few queries and many have the same scores", () => {
  const [queries, gallery] = [noise(40, 9, 1), noise(17, 9, 2)];
  const together = scoreRows({ queries, gallery });
  for (let from = 0; from < 40; from++) {
    const alone = scoreRows({ queries, from, to: from + 1, gallery });
    expect(alone).toEqual(together.subarray(from * 17, (from + 1) * 17));
  }
});

test("refuses vectors of different dimensions", () => {
  const tiles = scoreTiles({ queries: noise(1, 2, 1), gallery: noise(1, 3, 1) });
  expect(() => tiles.next()).toThrow("Queries have 2 dimensions, the gallery 3.");
});

test("there are no tiles where there is nothing to compare", () => {
  const [some, none] = [noise(9, 2, 1), noise(0, 2, 1)];
  expect([...scoreTiles({ queries: some, gallery: none })]).toEqual([]);
  expect([...scoreTiles({ queries: none, gallery: some })]).toEqual([]);
});
