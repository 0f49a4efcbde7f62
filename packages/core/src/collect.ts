import type { AnyIterable } from "./any-iterable.ts";
import type { EncodedBatch } from "./encoder.ts";

/**
 * All batches of an encoding as one: rows in order, failures and truncations added up.
 *
 * Holds every vector in memory; for more than that, use the batches as they come.
 */
export async function collect(batches: AnyIterable<EncodedBatch>): Promise<EncodedBatch> {
  const all: EncodedBatch[] = [];
  for await (const batch of batches) all.push(batch);
  const count = all.reduce((sum, batch) => sum + batch.embeddings.count, 0);
  const dimension = all.find((batch) => batch.embeddings.count > 0)?.embeddings.dimension ?? 0;
  const data = new Float32Array(count * dimension);
  const indices = new Uint32Array(count);
  let row = 0;
  for (const batch of all) {
    data.set(batch.embeddings.data, row * dimension);
    indices.set(batch.indices, row);
    row += batch.embeddings.count;
  }
  const truncatedRows = collectTruncatedRows(all);
  return {
    embeddings: { data, count, dimension },
    indices,
    failures: all.flatMap((batch) => batch.failures),
    truncated: all.reduce((sum, batch) => sum + batch.truncated, 0),
    ...(truncatedRows && { truncatedRows }),
  };
}

/** `undefined` unless every batch in which texts were cut says which. */
function collectTruncatedRows(batches: readonly EncodedBatch[]): Uint32Array | undefined {
  if (!batches.some(({ truncatedRows }) => truncatedRows)) return undefined;
  const rows: number[] = [];
  let first = 0;
  for (const { embeddings, truncated, truncatedRows } of batches) {
    if (truncatedRows === undefined && truncated > 0) return undefined;
    for (const row of truncatedRows ?? []) rows.push(first + row);
    first += embeddings.count;
  }
  return Uint32Array.from(rows);
}
