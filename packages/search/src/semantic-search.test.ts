import { type Embeddings, toEmbeddings } from "@semblance/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type RowHit, semanticSearch } from "./semantic-search.ts";

function column(...values: number[]): Embeddings {
  return toEmbeddings(Float32Array.from(values), 1);
}

// Rows of small integers: many of them equal, so many ties.
const gallery = fc
  .array(fc.tuple(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -2, max: 2 })), {
    minLength: 1,
    maxLength: 30,
  })
  .map((rows) => toEmbeddings(Float32Array.from(rows.flat()), 2));
const queries = toEmbeddings(Float32Array.of(1, 0, 1, 2, -3, 1), 2);

describe("semanticSearch", () => {
  test("gives cosine similarities by hand, best first", async () => {
    const rows = toEmbeddings(Float32Array.of(0, 5, 3, 4, -2, 0), 2);
    const [hits = []] = await semanticSearch({
      queries: toEmbeddings(Float32Array.of(10, 0), 2),
      gallery: rows,
      topK: 2,
    });
    expect(hits).toEqual([
      { row: 1, score: Math.fround(0.6) },
      { row: 0, score: 0 },
    ]);
    expect(Array.from(rows.data)).toEqual([0, 5, 3, 4, -2, 0]);
  });

  test("gives dot products when asked", async () => {
    const hits = await semanticSearch({
      queries: column(2),
      gallery: column(1, 5, 5, 3),
      topK: 3,
      similarity: "dot",
    });
    const expected = [
      { row: 1, score: 10 },
      { row: 2, score: 10 },
      { row: 3, score: 6 },
    ];
    expect(hits).toEqual([expected]);
  });

  test("finds the same however the gallery is cut, and the top k first among more", async () => {
    const sizes = fc.integer({ min: 1, max: 31 });
    await fc.assert(
      fc.asyncProperty(gallery, sizes, sizes, async (rows, chunkSize, topK) => {
        const cut = await semanticSearch({ queries, gallery: rows, topK, chunkSize });
        const whole = await semanticSearch({ queries, gallery: rows, topK: 99 });
        expect(cut).toEqual(whole.map((hits) => hits.slice(0, topK)));
      }),
      { seed: 1 },
    );
  });

  test("finds what a full sort finds, ties by row", async () => {
    await fc.assert(
      fc.asyncProperty(gallery, async (rows) => {
        const found = await semanticSearch({
          queries,
          gallery: rows,
          topK: 99,
          chunkSize: 7,
          similarity: "dot",
        });
        expect(found).toEqual([0, 1, 2].map((query) => sortAll(query, rows)));
      }),
      { seed: 1 },
    );
  });

  test("takes a gallery in chunks, in any order", async () => {
    async function* chunks() {
      yield { embeddings: column(4, 9), from: 2 };
      yield { embeddings: column(9, 1), from: 0 };
    }
    const hits = await semanticSearch({
      queries: column(1),
      gallery: chunks(),
      topK: 3,
      similarity: "dot",
    });
    expect(hits[0]?.map(({ row }) => row)).toEqual([0, 3, 2]);
  });

  test("gives empty lists for an empty gallery, and no list for no query", async () => {
    expect(await semanticSearch({ queries: column(1), gallery: column(), topK: 1 })).toEqual([[]]);
    expect(await semanticSearch({ queries: column(), gallery: column(1), topK: 1 })).toEqual([]);
  });

  test("reports the rows done", async () => {
    const done: unknown[] = [];
    await semanticSearch({
      queries: column(1),
      gallery: column(1, 2, 3),
      topK: 1,
      chunkSize: 2,
      onProgress: (progress) => done.push(progress),
    });
    expect(done).toEqual([
      { stage: "searching", done: 2, total: 3, unit: "rows" },
      { stage: "searching", done: 3, total: 3, unit: "rows" },
    ]);
  });

  test("ends with the signal's reason, also between blocks", async () => {
    const many = {
      queries: column(...Array(3000).fill(1)),
      gallery: column(...Array(3000).fill(1)),
    };
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("enough")), 0);
    const search = semanticSearch({ ...many, topK: 1, signal: controller.signal });
    await expect(search).rejects.toThrow("enough");
    const aborted = semanticSearch({ ...many, topK: 1, signal: AbortSignal.abort("never") });
    await expect(aborted).rejects.toBe("never");
  });

  test("names the row that is not finite", async () => {
    const whole = semanticSearch({
      queries: column(1),
      gallery: column(1, 2, Number.NaN),
      topK: 1,
      chunkSize: 2,
    });
    await expect(whole).rejects.toMatchObject({
      code: "VECTOR_NOT_FINITE",
      message: "Expected finite values, found NaN in gallery row 2.",
    });
    const query = semanticSearch({ queries: column(1, Infinity), gallery: column(1), topK: 1 });
    await expect(query).rejects.toThrow("found Infinity in query row 1.");
  });

  test("refuses a gallery of another dimension", async () => {
    const search = semanticSearch({ queries: column(1), gallery: queries, topK: 1 });
    await expect(search).rejects.toMatchObject({ code: "DIMENSION_MISMATCH" });
  });

  test.each([
    { topK: 0 },
    { topK: 1, chunkSize: 0 },
    { topK: 1, similarity: "euclidean" as "dot" },
  ])("refuses %j", async (options) => {
    const search = semanticSearch({ queries: column(1), gallery: column(1), ...options });
    await expect(search).rejects.toThrow(RangeError);
  });
});

function sortAll(query: number, { data, count }: Embeddings): RowHit[] {
  const score = (row: number) =>
    [0, 1].reduce(
      (sum, i) => sum + (queries.data[2 * query + i] ?? 0) * (data[2 * row + i] ?? 0),
      0,
    );
  const hits = Array.from({ length: count }, (_, row) => ({ row, score: Math.fround(score(row)) }));
  return hits.sort((a, b) => b.score - a.score || a.row - b.row);
}
