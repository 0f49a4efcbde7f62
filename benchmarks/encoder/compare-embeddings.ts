import { type Row, toRow } from "../measure.ts";
import type { System } from "./systems.ts";

// The project's promise for fp32.
const bound = 1e-5;

/** Embeddings of unit length, row-major: `[images, dimension]` and `[texts, dimension]`. */
export interface EmbeddedItems {
  readonly images: Float32Array;
  readonly texts: Float32Array;
}

/**
 * How far a system's embeddings lie from the reference's, a row for each tower: per item the largest
 * difference of a component, and of these the median, the least and the greatest.
 */
export function compareEmbeddings(options: {
  readonly system: System;
  readonly embedded: EmbeddedItems;
  readonly reference: EmbeddedItems;
  /** Numbers in one embedding. */
  readonly dimension: number;
}): Row[] {
  const { system, embedded, reference, dimension } = options;
  const of = (tower: string) => ({
    system: system.name,
    case: `difference.${tower}.${system.dtype}`,
    unit: "max abs Δ",
  });
  return [
    toRow(of("image"), differences(embedded.images, reference.images, dimension)),
    toRow(of("text"), differences(embedded.texts, reference.texts, dimension)),
  ];
}

/** What is wrong with ours: its fp32 embeddings must be the reference's. */
export function findWrongEmbeddings(rows: readonly Row[]): string[] {
  const ours = rows.filter(
    ({ system, case: name }) => system === "semblance" && /^difference\..*\.fp32$/.test(name),
  );
  const wrong = ours.filter(({ max }) => max > bound);
  return wrong.map(
    ({ case: name, max }) => `semblance's embeddings are wrong: ${name} is ${max}, above ${bound}.`,
  );
}

function differences(own: Float32Array, other: Float32Array, dimension: number): number[] {
  if (own.length !== other.length) return [Number.POSITIVE_INFINITY];
  return Array.from({ length: own.length / dimension }, (_, row) => {
    const start = row * dimension;
    const gaps = own.subarray(start, start + dimension).map((x, i) => x - (other[start + i] ?? 0));
    const largest = gaps.reduce((most, gap) => Math.max(most, Math.abs(gap)), 0);
    return Number.isNaN(largest) ? Number.POSITIVE_INFINITY : largest;
  });
}
