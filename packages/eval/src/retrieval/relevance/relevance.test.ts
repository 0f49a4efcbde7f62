import { DatasetError, type PairJudgement, toEmbeddings } from "@semblance/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readRelevance } from "./relevance.ts";
import { relevanceClusters } from "./relevance-clusters.ts";

function read(texts: number, images: number, ...judgements: [number, number, number?][]) {
  return readRelevance({
    text: toEmbeddings(new Float32Array(texts), 1),
    image: toEmbeddings(new Float32Array(images), 1),
    judgements: judgements.map(
      ([text, image, relevance = 1]): PairJudgement => ({ text, image, relevance }),
    ),
  });
}

describe("readRelevance", () => {
  test("gives both directions, the highest of several grades, and nothing for grade 0", () => {
    const { t2i, i2t } = read(3, 2, [0, 1], [2, 1, 1], [2, 1, 3], [2, 1, 2], [1, 0, 0], [0, 0, -1]);
    expect(t2i).toEqual({
      starts: Uint32Array.of(0, 1, 1, 2),
      rows: Uint32Array.of(1, 1),
      grades: Float64Array.of(1, 3),
    });
    expect(i2t).toEqual({
      starts: Uint32Array.of(0, 0, 2),
      rows: Uint32Array.of(0, 2),
      grades: Float64Array.of(1, 3),
    });
  });

  test.each<[string, [number, number, number?]]>([
    ["text row", [2, 0]],
    ["image row", [0, 1]],
    ["negative row", [-1, 0]],
    ["fractional row", [0.5, 0]],
    ["relevance", [0, 0, Number.NaN]],
  ])("refuses a judgement with a bad %s, naming it", (_, bad) => {
    expect(() => read(2, 1, [0, 0], bad)).toThrow(RangeError);
    expect(() => read(2, 1, [0, 0], bad)).toThrow(`Judgement 1 is text ${bad[0]}, image ${bad[1]}`);
  });

  test("refuses judgements none of which is above 0", () => {
    expect(() => read(2, 1, [0, 0, 0])).toThrow(DatasetError);
    expect(() => read(2, 1, [0, 0, 0])).toThrow("None of 1 judgements has a relevance above 0");
  });
});

describe("relevanceClusters", () => {
  test("joins the captions of an image, and images that share a caption", () => {
    const { t2i, i2t } = relevanceClusters(read(5, 4, [0, 0], [1, 0], [2, 1], [2, 2], [4, 3]));
    expect([t2i[0], t2i[1]]).toEqual([i2t[0], i2t[0]]);
    expect([i2t[1], i2t[2]]).toEqual([t2i[2], t2i[2]]);
    expect(new Set([t2i[0], t2i[2], t2i[3], t2i[4]]).size).toBe(4);
  });

  test("are the components that spreading a label finds, however many chains there are", () => {
    const edges = fc.array(fc.tuple(fc.nat(6), fc.nat(5)), { minLength: 1, maxLength: 15 });
    fc.assert(
      fc.property(edges, (judged) => {
        const { t2i, i2t } = relevanceClusters(read(7, 6, ...judged));
        const found = [...t2i, ...i2t];
        const expected = spreadLabels(judged);
        for (const [i, cluster] of found.entries()) {
          const same = found.map((other) => other === cluster);
          expect(same).toEqual(expected.map((other) => other === expected[i]));
        }
      }),
      { seed: 1 },
    );
  });
});

function spreadLabels(edges: readonly [number, number][]): number[] {
  const labels = Array.from({ length: 13 }, (_, node) => node);
  for (let round = 0; round < 13; round++) {
    for (const [text, image] of edges) {
      const lowest = Math.min(labels[text] ?? 0, labels[7 + image] ?? 0);
      labels[text] = lowest;
      labels[7 + image] = lowest;
    }
  }
  return labels;
}
