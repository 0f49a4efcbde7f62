import type { PairTable } from "./pair-table.ts";
import { mergeClusters, timesDrawn } from "./resample-pairs.ts";

/** What each pair adds to the totals that a statistic is made from. */
export interface PairMeasure {
  readonly columns: number;
  /** Writes one number per column; `row` holds zeros. */
  readonly measure: (pair: number, row: Float64Array) => void;
}

/** Pairs added up by the clusters they belong to, so that a resample need not visit every pair. */
export interface PairCells {
  /** `[cells, 1 + columns]` of matches and of other pairs: weight, and weighted columns. */
  readonly ofMatches: CellTable;
  readonly ofOthers: CellTable;
  readonly columns: number;
  /** Clusters that can be drawn. */
  readonly count: number;
  /** The share of matches that every resample is brought to; none where it may vary. */
  readonly fixedPrior: number | undefined;
}

interface CellTable {
  readonly image: number[];
  readonly text: number[];
  readonly data: Float64Array;
}

/** Adds pairs up by cell. */
export function sumByCell(table: PairTable, { columns, measure }: PairMeasure): PairCells {
  const clusters = mergeClusters(table.clusters);
  const width = columns + 1;
  const row = new Float64Array(columns);
  const sumClass = (label: number): CellTable => {
    const { image, text, cellOf } = numberCells(table.labels, label, clusters);
    const data = new Float64Array(image.length * width);
    for (let pair = 0; pair < cellOf.length; pair++) {
      const cell = cellOf[pair] ?? -1;
      if (cell === -1) continue;
      measure(pair, row.fill(0));
      addRow({ data, at: cell * width, row, weight: table.weights[pair] ?? 0 });
    }
    return { image, text, data };
  };
  return {
    ofMatches: sumClass(1),
    ofOthers: sumClass(0),
    columns,
    count: clusters.count,
    fixedPrior: table.isPriorFixed ? table.prior : undefined,
  };
}

/**
 * The weighted mean of every column over all pairs, or over a resample's.
 *
 * @returns `NaN` where the resample has no pair, or lacks a class that the prior asks for.
 */
export function meansOfCells(cells: PairCells, times?: Float64Array): Float64Array {
  const matches = totalsOf(cells.ofMatches, cells.columns + 1, times);
  const others = totalsOf(cells.ofOthers, cells.columns + 1, times);
  const { ofMatch, ofOther } = classFactors(cells.fixedPrior, matches[0] ?? 0, others[0] ?? 0);
  const means = new Float64Array(cells.columns);
  for (let column = 0; column < means.length; column++) {
    const match = (matches[column + 1] as number) * ofMatch;
    means[column] = match + (others[column + 1] as number) * ofOther;
  }
  return means;
}

/** What to multiply the weights of each class with so that all add up to 1. */
export function classFactors(
  prior: number | undefined,
  match: number,
  other: number,
): { ofMatch: number; ofOther: number } {
  const isOneClass = prior === 0 || prior === 1;
  if (prior === undefined || isOneClass) {
    const ofAny = 1 / (match + other);
    return { ofMatch: ofAny, ofOther: ofAny };
  }
  return { ofMatch: prior / match, ofOther: (1 - prior) / other };
}

function totalsOf(table: CellTable, width: number, times: Float64Array | undefined): Float64Array {
  const { image, text, data } = table;
  const totals = new Float64Array(width);
  for (let cell = 0; cell < image.length; cell++) {
    const drawn = times ? timesDrawn(times, image[cell] as number, text[cell] as number) : 1;
    if (drawn === 0) continue;
    const at = cell * width;
    for (let column = 0; column < width; column++) {
      totals[column] = (totals[column] as number) + drawn * (data[at + column] as number);
    }
  }
  return totals;
}

function numberCells(labels: Uint8Array, label: number, clusters: PairTable["clusters"]) {
  const numbers = new Map<number, number>();
  const image: number[] = [];
  const text: number[] = [];
  const cellOf = new Int32Array(labels.length).fill(-1);
  for (let pair = 0; pair < labels.length; pair++) {
    if (labels[pair] !== label) continue;
    const imageCluster = clusters.image[pair] ?? 0;
    const textCluster = clusters.text[pair] ?? 0;
    const key = imageCluster * clusters.count + textCluster;
    const cell = numbers.get(key) ?? numbers.size;
    if (cell === numbers.size) {
      numbers.set(key, cell);
      image.push(imageCluster);
      text.push(textCluster);
    }
    cellOf[pair] = cell;
  }
  return { image, text, cellOf };
}

function addRow(sum: { data: Float64Array; at: number; row: Float64Array; weight: number }): void {
  const { data, at, row, weight } = sum;
  data[at] = (data[at] ?? 0) + weight;
  for (let column = 0; column < row.length; column++) {
    data[at + column + 1] = (data[at + column + 1] ?? 0) + weight * (row[column] ?? 0);
  }
}
