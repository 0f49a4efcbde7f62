import { type ScoreTile, wasmInstances } from "@semblance/core";
import { scanScoresWasm } from "./scan-scores-wasm.ts";

/** Scores `[rows, columns]` in the memory of a scan. */
export interface ScoreBlock {
  /** Address of the first score. */
  readonly at: number;
  readonly rows: number;
  readonly columns: number;
  /** Scores from one row to the next; the cells between hold NaN. */
  readonly stride: number;
}

/** The loops of `scan-scores.wat`, and the memory that they work in. Addresses are in bytes. */
export interface ScanMemory {
  /** Takes in a tile, twice: as it is, and with rows and columns exchanged. */
  load(tile: ScoreTile): { readonly direct: ScoreBlock; readonly exchanged: ScoreBlock };
  count(block: ScoreBlock, width: number): void;
  /** @returns positions of fours, in scores from the block's first. */
  find(block: ScoreBlock): Uint32Array;
  /** Of every row of a block, `[rows, width]`. */
  readonly points: Float32Array;
  /** How many points each row has. */
  readonly levels: Uint32Array;
  /** What `count` finds: `[rows, width, 2]`. */
  readonly counts: Uint32Array;
  /** The score that each row's next best must beat. */
  readonly worst: Float32Array;
  /** All of the memory, to read scores by address / 4. */
  readonly scores: Float32Array;
}

interface ScanExports {
  count(
    scores: number,
    stride: number,
    rows: number,
    points: number,
    levels: number,
    width: number,
    counts: number,
  ): void;
  find(scores: number, stride: number, rows: number, worst: number, found: number): number;
  transpose(from: number, stride: number, rows: number, to: number, toStride: number): void;
}

/** A row with more points than this is counted otherwise: each point costs a look at every score. */
export const maxLevels = 32;

const instantiate = wasmInstances<ScanExports>(scanScoresWasm);

/** Memory for tiles that are not larger than this one. */
export function createScanMemory(largest: ScoreTile): ScanMemory {
  const { address, end, longest } = placeArrays(roundUp(largest.stride), roundUp(largest.queries));
  const wasm = instantiate(end);
  const { buffer } = wasm.memory;
  const scores = new Float32Array(buffer);
  const { points, counts, levels, worst } = address;
  return {
    scores,
    points: new Float32Array(buffer, points, longest * maxLevels),
    counts: new Uint32Array(buffer, counts, 2 * longest * maxLevels),
    levels: new Uint32Array(buffer, levels, longest),
    worst: new Float32Array(buffer, worst, longest),
    load(tile) {
      const rows = tile.queries;
      const columns = tile.rows;
      const direct = { at: address.direct, rows, columns, stride: roundUp(columns) };
      const exchanged = {
        at: address.exchanged,
        rows: columns,
        columns: rows,
        stride: roundUp(rows),
      };
      copyTile(tile, scores.subarray(direct.at / 4), direct.stride);
      const [stride, toStride] = [4 * direct.stride, 4 * exchanged.stride];
      wasm.transpose(direct.at, stride, roundUp(rows), exchanged.at, toStride);
      return { direct, exchanged };
    },
    count({ at, rows, stride }, width) {
      wasm.count(at, 4 * stride, rows, points, levels, 4 * width, counts);
    },
    find({ at, rows, stride }) {
      const found = wasm.find(at, 4 * stride, rows, worst, address.found);
      return new Uint32Array(buffer, address.found, (found - address.found) / 4);
    },
  };
}

// NaN stands wherever a four reaches beyond the tile's scores.
function copyTile(tile: ScoreTile, target: Float32Array, stride: number): void {
  const { queries, rows, scores } = tile;
  for (let i = 0; i < queries; i++) {
    target.set(scores.subarray(i * tile.stride, i * tile.stride + rows), i * stride);
    target.fill(Number.NaN, i * stride + rows, (i + 1) * stride);
  }
  target.fill(Number.NaN, queries * stride, roundUp(queries) * stride);
}

// Arrays of 32-bit numbers, one behind the other.
function placeArrays(columns: number, rows: number) {
  const longest = Math.max(columns, rows);
  const area = columns * rows;
  let end = 0;
  const place = (length: number) => {
    const at = end;
    end += 4 * length;
    return at;
  };
  const address = {
    direct: place(area),
    exchanged: place(area),
    found: place(area / 4),
    points: place(longest * maxLevels),
    counts: place(2 * longest * maxLevels),
    levels: place(longest),
    worst: place(longest),
  };
  return { address, end, longest };
}

function roundUp(count: number): number {
  return Math.ceil(count / 4) * 4;
}
