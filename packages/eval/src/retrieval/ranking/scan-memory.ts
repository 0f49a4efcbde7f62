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
export function createScanMemory(tile: ScoreTile): ScanMemory {
  const rowStride = roundUp(tile.stride);
  const columnStride = roundUp(tile.queries);
  const longest = Math.max(rowStride, columnStride);
  const area = rowStride * columnStride;
  const { address, end } = layOut({
    direct: area,
    exchanged: area,
    found: area / 4,
    points: longest * maxLevels,
    counts: 2 * longest * maxLevels,
    levels: longest,
    worst: longest,
  });
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
    load(from) {
      const size = { rows: from.queries, columns: from.rows };
      const direct = { at: address.direct, ...size, stride: roundUp(size.columns) };
      copyTile(from, scores.subarray(direct.at / 4), direct.stride);
      const exchanged = {
        at: address.exchanged,
        rows: size.columns,
        columns: size.rows,
        stride: roundUp(size.rows),
      };
      const padded = roundUp(size.rows);
      wasm.transpose(direct.at, 4 * direct.stride, padded, exchanged.at, 4 * exchanged.stride);
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

// Addresses of arrays of 32-bit numbers, one behind the other.
function layOut<Name extends string>(lengths: Readonly<Record<Name, number>>) {
  let end = 0;
  const address = {} as Record<Name, number>;
  for (const name of Object.keys(lengths) as Name[]) {
    address[name] = end;
    end += 4 * lengths[name];
  }
  return { address, end };
}

function roundUp(count: number): number {
  return Math.ceil(count / 4) * 4;
}
