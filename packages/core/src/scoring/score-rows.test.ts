import fc from "fast-check";
import { expect, test } from "vitest";
import { toEmbeddings } from "../embedding.ts";
import { scoreRows } from "./score-rows.ts";

const queries = toEmbeddings(Float32Array.of(1, 2, 3, 4), 2);
const gallery = toEmbeddings(Float32Array.of(1, 0, 0, 1, 1, 1, 2, 2, -1, 0), 2);

test("multiplies every query with every gallery row", () => {
  expect([...scoreRows({ queries, gallery })]).toEqual([1, 2, 3, 6, -1, 3, 4, 7, 14, -3]);
});

test("writes only the rows asked for, into the memory given", () => {
  const out = new Float32Array(5);
  expect(scoreRows({ queries, from: 1, to: 2, gallery, out })).toBe(out);
  expect([...out]).toEqual([3, 4, 7, 14, -3]);
});

test("gives a score that does not depend on where its row stands", () => {
  const value = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1, max: 1 });
  const rows = fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(rows, (vectors) => {
      const all = toEmbeddings(Float32Array.from(vectors.flat()), 3);
      const scores = scoreRows({ queries: all, from: 0, to: 1, gallery: all });
      for (const [i, vector] of vectors.entries()) {
        const alone = toEmbeddings(Float32Array.from(vector), 3);
        expect(scoreRows({ queries: all, from: 0, to: 1, gallery: alone })[0]).toBe(scores[i]);
      }
    }),
  );
});

test("refuses vectors of different dimensions", () => {
  const other = toEmbeddings(Float32Array.of(1, 2, 3), 3);
  expect(() => scoreRows({ queries, gallery: other })).toThrow(RangeError);
});
