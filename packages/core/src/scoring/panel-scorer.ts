import type { ScaledRows } from "./scaled-rows.ts";
import { scorePanelWasm } from "./score-panel-wasm.ts";
import { wasmInstances } from "./wasm-instances.ts";

/** Scores blocks of queries against panels of gallery rows in WebAssembly. */
export interface PanelScorer {
  /** How many queries a block holds at most. */
  readonly blockSize: number;
  /** How many gallery rows a tile holds at most. */
  readonly tileSize: number;
  /** Takes in a block of queries, instead of the one before. */
  load(queries: ScaledRows, from: number, to: number): void;
  /**
   * Scores the block against gallery rows.
   *
   * @returns `[queries, tileSize]`, row-major, in memory that the next call overwrites; what lies
   * beyond the rows asked for is meaningless.
   */
  score(gallery: ScaledRows, from: number, to: number): Float32Array;
}

interface PanelExports {
  scorePanel(
    queries: number,
    queriesEnd: number,
    panel: number,
    panelEnd: number,
    out: number,
    stride: number,
  ): void;
}

const queriesPerStep = 3;
const rowsPerPanel = 6;

// The block stays in the second-level cache while panel after panel passes by; so do the scores.
const blockBytes = 2 ** 19;
const tileScores = 2 ** 17;

const instantiate = wasmInstances<PanelExports>(scorePanelWasm);

/** What a {@link PanelScorer} is for: less than fills a block or a tile needs less memory. */
export interface PanelScorerOptions {
  readonly dimension: number;
  /** How many queries there are altogether. */
  readonly queries: number;
  /** How many gallery rows there are. */
  readonly rows: number;
}

/** A scorer with memory of its own. */
export function createPanelScorer(options: PanelScorerOptions): PanelScorer {
  const { dimension, queries, rows: galleryRows } = options;
  const fitting = Math.floor(blockBytes / (8 * dimension));
  const blockSize = roundUp(Math.min(queries, Math.max(fitting, 48), 768), queriesPerStep);
  const tileSize = roundUp(Math.min(galleryRows, tileScores / blockSize), rowsPerPanel);
  const panelAt = blockSize * dimension * 8;
  const outAt = panelAt + dimension * rowsPerPanel * 8;
  const bytes = outAt + blockSize * tileSize * 4;
  const { memory, scorePanel } = instantiate(bytes);
  const block = new Float64Array(memory.buffer, 0, blockSize * dimension);
  const panel = new Float64Array(memory.buffer, panelAt, dimension * rowsPerPanel);
  const out = new Float32Array(memory.buffer, outAt, blockSize * tileSize);
  let blockEnd = 0;
  return {
    blockSize,
    tileSize,
    load(rows, from, to) {
      const steps = Math.ceil((to - from) / queriesPerStep);
      const stepValues = dimension * queriesPerStep;
      for (let step = 0; step < steps; step++) {
        const target = block.subarray(step * stepValues, (step + 1) * stepValues);
        interleave(rows, from + step * queriesPerStep, to, queriesPerStep, target);
      }
      blockEnd = steps * stepValues * 8;
    },
    score(gallery, from, to) {
      for (let row = from; row < to; row += rowsPerPanel) {
        interleave(gallery, row, to, rowsPerPanel, panel);
        scorePanel(0, blockEnd, panelAt, outAt, outAt + 4 * (row - from), 4 * tileSize);
      }
      return out;
    },
  };
}

// Rows side by side, dimension by dimension. Lanes beyond the last keep what they held: their scores
// are nobody's.
function interleave(
  { data, dimension, scales }: ScaledRows,
  from: number,
  end: number,
  width: number,
  target: Float64Array,
): void {
  const lanes = Math.min(width, end - from);
  for (let lane = 0; lane < lanes; lane++) {
    const row = from + lane;
    const scale = scales?.[row] ?? 1;
    const start = row * dimension;
    for (let i = 0; i < dimension; i++) {
      target[i * width + lane] = Math.fround((data[start + i] as number) * scale);
    }
  }
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
