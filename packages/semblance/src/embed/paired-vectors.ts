import { closeSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { ListingFacts, Modality } from "./embed-facts.ts";
import { type EmbedPaths, vectorNames } from "./embed-paths.ts";
import { toHalfFloats } from "./half-floats.ts";
import { readListing } from "./item-listing.ts";
import type { Pair } from "./list-pairs.ts";
import { moveInto, npyHeaderBytes, writeNpyHeader } from "./seal-shard.ts";
import { rowItemSchema } from "./semblance-layout.ts";

/** Options of {@link openPairedVectors}. */
export interface PairedVectorsOptions {
  readonly paths: EmbedPaths;
  readonly side: Modality;
  readonly listing: ListingFacts;
  readonly dimension: number;
}

/** The vectors of one side, to be copied in the order of pairs. */
export interface PairedVectors extends Disposable {
  readonly side: Modality;
  /** Whether the pair's item has a vector. */
  has(pair: Pair): boolean;
  /** Begins a file of half floats. */
  beginFile(): Promise<HalfFile>;
}

/** A file of half floats, a row per pair. */
interface HalfFile {
  append(pair: Pair): Promise<void>;
  /** Gives the file its number and its place in the output; resolves to its name there. */
  finish(number: string): Promise<string>;
}

/** Opens what was embedded of one side. */
export async function openPairedVectors(options: PairedVectorsOptions): Promise<PairedVectors> {
  const { paths, side, dimension } = options;
  const rowOf = await readRowNumbers(options);
  const rowOfPair = (pair: Pair) => rowOf[pair[side] ?? -1] ?? -1;
  const source = openSync(paths.partOf(side, 0).vectors, "r");
  const vector = new Float32Array(dimension);
  const readHalves = (row: number) => {
    // Not by promises: there are two of these small reads per pair, and nothing else to be done.
    readSync(source, vector, 0, vector.byteLength, npyHeaderBytes + row * vector.byteLength);
    return toHalfFloats(vector);
  };
  return {
    side,
    has: (pair) => rowOfPair(pair) >= 0,
    beginFile: () => beginFile(options, (pair) => readHalves(rowOfPair(pair))),
    [Symbol.dispose]: () => closeSync(source),
  };
}

const rowsAtOnce = 1024;

async function beginFile(
  { paths, side, dimension }: PairedVectorsOptions,
  halvesOf: (pair: Pair) => Uint16Array,
): Promise<HalfFile> {
  const draft = join(paths.work, `${side}.half.npy`);
  const file = await open(draft, "w");
  await file.appendFile(new Uint8Array(npyHeaderBytes));
  const waiting = new Uint16Array(rowsAtOnce * dimension);
  let rows = 0;
  const flush = async (count: number) => {
    await file.appendFile(new Uint8Array(waiting.buffer, 0, count * dimension * 2));
  };
  return {
    async append(pair) {
      waiting.set(halvesOf(pair), (rows % rowsAtOnce) * dimension);
      if (++rows % rowsAtOnce === 0) await flush(rowsAtOnce);
    },
    async finish(number) {
      await flush(rows % rowsAtOnce);
      await file.close();
      await writeNpyHeader(draft, "<f2", [rows, dimension]);
      const folder = vectorNames[side];
      const name = `${folder}/${folder}_${number}.npy`;
      await moveInto(paths.output, name, draft);
      return name;
    },
  };
}

/** Item to row; -1 for an item that failed. */
async function readRowNumbers(options: PairedVectorsOptions): Promise<Int32Array> {
  const { paths, side, listing } = options;
  const rowOf = new Int32Array(listing.items).fill(-1);
  let row = 0;
  for await (const { entry } of readListing(paths.partOf(side, 0).rows, rowItemSchema)) {
    rowOf[entry.index] = row++;
  }
  return rowOf;
}
