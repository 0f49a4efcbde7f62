import { insertRow, worstOf } from "./best-rows.ts";
import { noteTie, type RankCounts } from "./rank-counts.ts";
import { maxLevels, type ScanMemory, type ScoreBlock } from "./scan-memory.ts";
import { lastNotAbove } from "./score-points.ts";

/** Queries of one direction: those rows of a side that count. */
export interface CountedRows {
  readonly ranks: RankCounts;
  /** By row of the side: its place among the queries that count, or -1. */
  readonly indexOf: Int32Array;
}

/** Scores that queries look at: a row of the block for each query. */
export interface NoteBlockOptions {
  readonly memory: ScanMemory;
  readonly block: ScoreBlock;
  readonly counted: CountedRows;
  /** Row of the queries' side that the block's first row is of. */
  readonly firstQuery: number;
  /** Row of the gallery that the block's first column is of. */
  readonly firstRow: number;
}

/** Counts the block's scores, and keeps those that are among the best. */
export function noteBlock(options: NoteBlockOptions): void {
  const width = loadPoints(options);
  options.memory.count(options.block, width);
  addCounts(options, width);
  keepBest(options);
}

// Returns the most points that a row has; rows with too many of them get none.
function loadPoints({ memory, block, counted, firstQuery }: NoteBlockOptions): number {
  const { ranks, indexOf } = counted;
  let width = 0;
  for (let i = 0; i < block.rows; i++) {
    const query = indexOf[firstQuery + i] as number;
    const count = query < 0 ? 0 : (ranks.points.counts[query] as number);
    memory.levels[i] = count > maxLevels ? 0 : count;
    memory.worst[i] = query < 0 ? Number.POSITIVE_INFINITY : worstOf(ranks.hits, query);
    width = Math.max(width, memory.levels[i] as number);
  }
  for (let i = 0; i < block.rows; i++) {
    const first = ranks.relevant.starts[indexOf[firstQuery + i] as number] as number;
    const count = memory.levels[i] as number;
    for (let point = 0; point < count; point++) {
      memory.points[i * width + point] = ranks.points.values[first + point] as number;
    }
  }
  return width;
}

function addCounts(options: NoteBlockOptions, width: number): void {
  const { memory, block, counted, firstQuery } = options;
  const { ranks, indexOf } = counted;
  for (let i = 0; i < block.rows; i++) {
    const query = indexOf[firstQuery + i] as number;
    if (query < 0) continue;
    const levels = memory.levels[i] as number;
    if (levels === 0) {
      countManyPoints(options, i, query);
      continue;
    }
    const first = ranks.relevant.starts[query] as number;
    let isAnyEqual = false;
    for (let level = 0; level < levels; level++) {
      const at = 2 * (i * width + level);
      const above = memory.counts[at] as number;
      const equal = (memory.counts[at + 1] as number) - above;
      ranks.above[first + level] = (ranks.above[first + level] as number) + above;
      ranks.equal[first + level] = (ranks.equal[first + level] as number) + equal;
      isAnyEqual ||= equal > 0;
    }
    if (isAnyEqual && ranks.places) noteTies(options, i, query);
  }
}

// Each score finds the highest point that it reaches; the points below are added up in the end.
function countManyPoints(options: NoteBlockOptions, i: number, query: number): void {
  const { memory, block, counted } = options;
  const { ranks } = counted;
  const { values, counts } = ranks.points;
  const first = ranks.relevant.starts[query] as number;
  const end = first + (counts[query] as number);
  const reached = new Uint32Array(end - first);
  const from = block.at / 4 + i * block.stride;
  for (let at = from; at < from + block.columns; at++) {
    const score = memory.scores[at] as number;
    if (score < (values[first] as number)) continue;
    const point = lastNotAbove(values, first, end, score);
    const isOn = values[point] === score;
    if (isOn) ranks.equal[point] = (ranks.equal[point] as number) + 1;
    else ranks.above[point] = (ranks.above[point] as number) + 1;
    reached[point - first] = (reached[point - first] as number) + 1;
  }
  let higher = 0;
  for (let point = end - 1; point >= first; point--) {
    ranks.above[point] = (ranks.above[point] as number) + higher;
    higher += reached[point - first] as number;
  }
  if (ranks.places) noteTies(options, i, query);
}

function noteTies(options: NoteBlockOptions, i: number, query: number): void {
  const { memory, block, counted, firstRow } = options;
  const { values, counts } = counted.ranks.points;
  const first = counted.ranks.relevant.starts[query] as number;
  const end = first + (counts[query] as number);
  for (let column = 0; column < block.columns; column++) {
    const score = memory.scores[block.at / 4 + i * block.stride + column] as number;
    const point = lastNotAbove(values, first, end, score);
    if (values[point] === score) noteTie(counted.ranks, query, firstRow + column, score);
  }
}

function keepBest({ memory, block, counted, firstQuery, firstRow }: NoteBlockOptions): void {
  const { ranks, indexOf } = counted;
  const { columns, stride } = block;
  for (const position of memory.find(block)) {
    const i = Math.floor(position / stride);
    const query = indexOf[firstQuery + i] as number;
    if (query < 0) continue;
    const start = position - i * stride;
    const end = Math.min(start + 4, columns);
    for (let column = start; column < end; column++) {
      const score = memory.scores[block.at / 4 + i * stride + column] as number;
      if (score <= worstOf(ranks.hits, query)) continue;
      insertRow(ranks.hits, query, firstRow + column, score);
    }
  }
}
