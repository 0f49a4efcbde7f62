import {
  type Encoder,
  encodeItems,
  type ItemFailure,
  type RunOptions,
  withoutUndefined,
} from "@semblance/core";
import { towerOf } from "@semblance/matcher";
import type { SideState } from "./embed-facts.ts";
import { contentOf, type ListedItem, listedItemSchema, readListing } from "./item-listing.ts";
import type { ItemRange } from "./shard-range.ts";
import {
  completeSide,
  openSideWriter,
  readSideState,
  type SideWriter,
  type SideWriterOptions,
} from "./side-writer.ts";

/** Options of {@link embedSide}. */
export interface EmbedSideOptions extends SideWriterOptions, RunOptions {
  readonly encoder: Encoder;
  /** The items of the listing that are embedded. */
  readonly range: ItemRange;
  readonly batchSize?: number | undefined;
  /** Items between checkpoints. */
  readonly blockSize: number;
}

/**
 * Embeds the items of a listing from the last checkpoint on; items that fail are left out and listed.
 *
 * Items go to the tower block by block, each block in a call of its own, and checkpoints lie between
 * blocks: so whatever the tower makes batches of, work that was resumed has the same batches as work
 * that was not, and its vectors are the same to the last bit.
 */
export async function embedSide(options: EmbedSideOptions): Promise<SideState> {
  if (!(await readSideState(options)).isComplete) {
    await using writer = await openSideWriter(options);
    for await (const block of readBlocks(options, writer.state)) {
      const truncated = await embedBlock(options, writer, block);
      const { next, offset } = block;
      await writer.checkpoint({ next, offset, truncated: writer.state.truncated + truncated });
    }
  }
  return completeSide(options);
}

interface Block {
  readonly items: readonly ListedItem[];
  /** Number of the first item, counted in the whole input. */
  readonly first: number;
  /** Number of the item behind the block, and where it stands in the listing. */
  readonly next: number;
  readonly offset: number;
}

async function* readBlocks(
  { paths, side, range, blockSize }: EmbedSideOptions,
  from: Pick<SideState, "next" | "offset">,
): AsyncGenerator<Block, void, undefined> {
  let { next } = from;
  let items: ListedItem[] = [];
  const takeBlock = (offset: number) => {
    const block = { items, first: next - items.length, next, offset };
    items = [];
    return block;
  };
  if (next >= range.end) return;
  for await (const { entry, end } of readListing(
    paths.listing(side),
    listedItemSchema,
    from.offset,
  )) {
    next++;
    if (next <= range.start) continue;
    items.push(entry);
    if (items.length === blockSize || next === range.end) yield takeBlock(end);
    if (next === range.end) return;
  }
}

async function embedBlock(
  options: EmbedSideOptions,
  writer: SideWriter,
  { items, first }: Block,
): Promise<number> {
  const { encoder, side, range, batchSize, signal, onProgress } = options;
  const contents = items.map(contentOf);
  const encodeOptions = withoutUndefined({ onError: "skip" as const, batchSize, signal });
  let truncated = 0;
  let done = first - range.start;
  for await (const batch of encodeItems(towerOf(encoder, side), contents, encodeOptions)) {
    const indices = [...batch.indices];
    await writer.write(
      batch.embeddings,
      indices.map((index) => JSON.stringify({ index: first + index, ...items[index] })),
    );
    await writer.listFailures(batch.failures.map((failure) => atIndex(failure, first, side)));
    truncated += batch.truncated;
    // An item with several images may have failures and a row.
    done += new Set([...indices, ...batch.failures.map(({ index }) => index)]).size;
    const total = range.end - range.start;
    onProgress?.({ stage: `embedding ${side}s`, done, total, unit: `${side}s` });
  }
  return truncated;
}

function atIndex(failure: ItemFailure, first: number, modality: "image" | "text") {
  return { modality, ...failure, index: first + failure.index };
}
