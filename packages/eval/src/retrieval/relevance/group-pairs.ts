import type { RelevantRows } from "../query-columns.ts";

/** Pairs in any order, some perhaps several times. */
export interface GroupPairsOptions {
  /** What they are grouped by, in [0, ofCount). */
  readonly of: Uint32Array;
  /** In [0, toCount). */
  readonly to: Uint32Array;
  readonly grades: Float64Array;
  readonly ofCount: number;
  readonly toCount: number;
}

/**
 * Groups pairs by one of their sides, lowest first within a group, each pair once with its highest
 * grade. Two passes of a counting sort, so that millions of pairs take no objects.
 */
export function groupPairs(options: GroupPairsOptions): RelevantRows {
  const { of, to, ofCount, toCount } = options;
  const byTo = countingSort(
    Uint32Array.from(to, (_, i) => i),
    to,
    toCount,
  );
  const sorted = countingSort(byTo, of, ofCount);
  return withoutRepetitions(options, sorted);
}

// Stable: what was first stays first among equals.
function countingSort(order: Uint32Array, keys: Uint32Array, keyCount: number): Uint32Array {
  const next = new Uint32Array(keyCount + 1);
  for (const key of keys) next[key + 1] = (next[key + 1] ?? 0) + 1;
  for (let key = 1; key <= keyCount; key++) next[key] = (next[key] ?? 0) + (next[key - 1] ?? 0);
  const sorted = new Uint32Array(order.length);
  for (const pair of order) {
    const key = keys[pair] ?? 0;
    const place = next[key] ?? 0;
    sorted[place] = pair;
    next[key] = place + 1;
  }
  return sorted;
}

function withoutRepetitions(options: GroupPairsOptions, sorted: Uint32Array): RelevantRows {
  const { of, to, grades: allGrades, ofCount } = options;
  const starts = new Uint32Array(ofCount + 1);
  const rows = new Uint32Array(sorted.length);
  const grades = new Float64Array(sorted.length);
  let kept = 0;
  let before = -1;
  for (const pair of sorted) {
    const [group, row, grade] = [of[pair] ?? 0, to[pair] ?? 0, allGrades[pair] ?? 0];
    if (before === group && rows[kept - 1] === row) {
      grades[kept - 1] = Math.max(grades[kept - 1] ?? 0, grade);
      continue;
    }
    before = group;
    rows[kept] = row;
    grades[kept++] = grade;
    starts[group + 1] = kept;
  }
  // Groups without pairs begin where the one before ends.
  for (let group = 1; group <= ofCount; group++) {
    starts[group] = Math.max(starts[group] ?? 0, starts[group - 1] ?? 0);
  }
  return { starts, rows: rows.subarray(0, kept), grades: grades.subarray(0, kept) };
}
