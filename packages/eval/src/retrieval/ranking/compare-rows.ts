import { type RunOptions, type ScaledRows, scoreTiles, yieldToEventLoop } from "@semblance/core";
import { type CountedRows, noteBlock } from "./note-block.ts";
import { createScanMemory, type ScanMemory } from "./scan-memory.ts";

/** What {@link compareRows} compares. */
export interface CompareRowsOptions extends RunOptions {
  readonly text: ScaledRows;
  readonly image: ScaledRows;
  readonly t2i: CountedRows;
  readonly i2t: CountedRows;
}

// Long enough for pausing to cost nothing, short enough to answer a click.
const turnMs = 30;

/** Shows every score of a text with an image once to both directions, tile by tile. */
export async function compareRows(options: CompareRowsOptions): Promise<void> {
  const { text, image, t2i, i2t, signal, onProgress } = options;
  const progress = (done: number) => {
    onProgress?.({ stage: "comparing texts with images", done, total: text.count, unit: "texts" });
  };
  let turnEnd = 0;
  let memory: ScanMemory | undefined;
  for (const tile of scoreTiles({ queries: text, gallery: image })) {
    if (performance.now() >= turnEnd) {
      await yieldToEventLoop();
      signal?.throwIfAborted();
      progress(tile.firstQuery);
      turnEnd = performance.now() + turnMs;
    }
    const { firstQuery, firstRow } = tile;
    // The first tile is the largest.
    memory ??= createScanMemory(tile);
    const { direct, exchanged } = memory.load(tile);
    noteBlock({ memory, block: direct, counted: t2i, firstQuery, firstRow });
    const turned = { firstQuery: firstRow, firstRow: firstQuery };
    noteBlock({ memory, block: exchanged, counted: i2t, ...turned });
  }
  progress(text.count);
}
