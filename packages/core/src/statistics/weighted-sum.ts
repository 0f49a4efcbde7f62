/**
 * A function that adds up a table's rows, each as often as its weight says, into `totals`.
 *
 * Columns that are the same are added up once: of queries with one relevant item, hits and recall
 * are one.
 *
 * @param table - `[rows, columns]`, row-major.
 */
export function createWeightedSum(
  table: Float64Array,
  columns: number,
): (weights: Float64Array, totals: Float64Array) => void {
  const rows = table.length / columns;
  const { distinct, placeOf } = findDistinctColumns(table, columns);
  const narrow = selectColumns(table, columns, distinct);
  const sums = new Float64Array(distinct.length);
  const starts = new Uint32Array(rows + 3);
  const times = new Float64Array(rows + 3);
  return (weights, totals) => {
    let count = 0;
    for (let row = 0; row < rows; row++) {
      const weight = weights[row] as number;
      if (weight === 0) continue;
      starts[count] = row * distinct.length;
      times[count++] = weight;
    }
    times.fill(0, count, count + 3);
    addRows({ table: narrow, starts, times, count, totals: sums });
    for (let column = 0; column < columns; column++) {
      totals[column] = sums[placeOf[column] as number] as number;
    }
  };
}

interface DistinctColumns {
  readonly distinct: readonly number[];
  /** For each column, the place in `distinct` of the one that it equals. */
  readonly placeOf: readonly number[];
}

function findDistinctColumns(table: Float64Array, columns: number): DistinctColumns {
  const distinct: number[] = [];
  const placeOf: number[] = [];
  for (let column = 0; column < columns; column++) {
    const found = distinct.findIndex((other) => isSameColumn({ table, columns, column, other }));
    placeOf.push(found === -1 ? distinct.push(column) - 1 : found);
  }
  return { distinct, placeOf };
}

function isSameColumn(pair: {
  readonly table: Float64Array;
  readonly columns: number;
  readonly column: number;
  readonly other: number;
}): boolean {
  const { table, columns, column, other } = pair;
  for (let start = 0; start < table.length; start += columns) {
    if (table[start + column] !== table[start + other]) return false;
  }
  return true;
}

function selectColumns(
  table: Float64Array,
  columns: number,
  chosen: readonly number[],
): Float64Array {
  if (chosen.length === columns) return table;
  const rows = table.length / columns;
  return Float64Array.from({ length: rows * chosen.length }, (_, i) => {
    const row = Math.floor(i / chosen.length);
    return table[row * columns + (chosen[i % chosen.length] ?? 0)] ?? 0;
  });
}

interface Addition {
  readonly table: Float64Array;
  /** Where each row begins; three more places, for the last turn. */
  readonly starts: Uint32Array;
  /** Three more places, which are 0. */
  readonly times: Float64Array;
  /** How many rows. */
  readonly count: number;
  readonly totals: Float64Array;
}

// Four rows a turn: reading and writing the totals costs as much as adding does.
function addRows({ table, starts, times, count, totals }: Addition): void {
  totals.fill(0);
  for (let i = 0; i < count; i += 4) {
    const a = starts[i] as number;
    const b = starts[i + 1] as number;
    const c = starts[i + 2] as number;
    const d = starts[i + 3] as number;
    const p = times[i] as number;
    const q = times[i + 1] as number;
    const r = times[i + 2] as number;
    const s = times[i + 3] as number;
    for (let j = 0; j < totals.length; j++) {
      const first = p * (table[a + j] as number) + q * (table[b + j] as number);
      const second = r * (table[c + j] as number) + s * (table[d + j] as number);
      totals[j] = (totals[j] as number) + first + second;
    }
  }
}
