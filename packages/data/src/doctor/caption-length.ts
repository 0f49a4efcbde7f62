import type { RunOptions, Tower } from "@semblance/core";

/** Captions that go through the tower at once. */
const batchSize = 64;

const segmenter: Intl.Segmenter = new Intl.Segmenter("en", { granularity: "word" });

/** Says of a caption of more than `limit` words how many it has; also without spaces between them. */
export function countedTooLong(limit: number): (caption: string) => string | undefined {
  return (caption) => {
    if (caption.length <= limit) return undefined;
    let count = 0;
    for (const { isWordLike } of segmenter.segment(caption)) if (isWordLike) count++;
    return count > limit ? `${count} words; ${limit} are read whole` : undefined;
  };
}

/**
 * The captions that a model cuts. They go through its text tower in batches, the longest first, until
 * a whole batch is read to its end: shorter ones then are, too, as near as length says.
 *
 * @throws what the tower throws.
 */
export async function findTruncated(
  captions: Iterable<string>,
  tower: Tower<string>,
  { signal, onProgress }: RunOptions,
): Promise<Set<string>> {
  const longestFirst = [...new Set(captions)].sort((left, right) => right.length - left.length);
  const truncated = new Set<string>();
  for (let start = 0; start < longestFirst.length; start += batchSize) {
    onProgress?.({ stage: "looking for long captions", done: start, unit: "captions" });
    const batch = longestFirst.slice(start, start + batchSize);
    const found = await truncatedOf(batch, tower, signal);
    for (const caption of found) truncated.add(caption);
    if (found.length === 0) break;
  }
  return truncated;
}

async function truncatedOf(
  captions: readonly string[],
  tower: Tower<string>,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const found: string[] = [];
  const options = { onError: "skip", batchSize, ...(signal && { signal }) } as const;
  for await (const batch of tower.encode(captions, options)) {
    if (batch.truncated === 0) continue;
    const rows = batch.truncatedRows ?? (batch.indices.length === 1 ? [0] : undefined);
    if (rows === undefined) return oneByOne(captions, tower, signal);
    for (const row of rows) found.push(captions[batch.indices[row] ?? -1] ?? "");
  }
  return found;
}

// An encoder may say how many it cut, and not which.
async function oneByOne(
  captions: readonly string[],
  tower: Tower<string>,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const found: string[] = [];
  for (const caption of captions) found.push(...(await truncatedOf([caption], tower, signal)));
  return found;
}
