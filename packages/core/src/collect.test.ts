import { expect, test } from "vitest";
import { collect } from "./collect.ts";
import type { EncodedBatch } from "./encoder.ts";

const batchOf = (
  first: number,
  count: number,
  truncatedRows?: readonly number[],
): EncodedBatch => ({
  embeddings: { data: new Float32Array(2 * count).fill(first), count, dimension: 2 },
  indices: Uint32Array.from({ length: count }, (_, i) => first + i),
  failures: [{ index: first + count, input: "x", code: "BAD", message: "bad" }],
  truncated: truncatedRows?.length ?? 1,
  ...(truncatedRows && { truncatedRows: Uint32Array.from(truncatedRows) }),
});

test("puts rows, indices and failures one after the other", async () => {
  const found = await collect([batchOf(0, 2, []), batchOf(3, 1, [0])]);
  expect([...found.embeddings.data]).toEqual([0, 0, 0, 0, 3, 3]);
  expect([...found.indices]).toEqual([0, 1, 3]);
  expect(found.failures.map(({ index }) => index)).toEqual([2, 4]);
  expect(found.truncated).toBe(1);
});

test("counts truncated rows from the first batch on", async () => {
  const { truncatedRows } = await collect([
    batchOf(0, 2, [1]),
    batchOf(2, 3, []),
    batchOf(5, 2, [0]),
  ]);
  expect([...(truncatedRows ?? [])]).toEqual([1, 5]);
});

test("says nothing of truncated rows where a batch does not", async () => {
  expect(await collect([batchOf(0, 2, [1]), batchOf(2, 3)])).not.toHaveProperty("truncatedRows");
});
