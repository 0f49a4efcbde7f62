/** One system's figure in one case: the median of its runs. */
export interface Row {
  readonly system: string;
  readonly case: string;
  readonly value: number;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly n: number;
}

/** What a benchmark found. */
export interface BenchmarkResult {
  readonly rows: readonly Row[];
  /** `"<case>.vs.<peer>"`; above 1 means that ours is better. */
  readonly ratios: Readonly<Record<string, number>>;
}

/** A benchmark; quick ones fit in four minutes. */
export type Benchmark = (options: { readonly isQuick: boolean }) => Promise<BenchmarkResult>;

/** Seconds of several systems, taken in turn so that a drifting machine hurts all alike. */
export async function measureInTurn(
  systems: Readonly<Record<string, () => Promise<number>>>,
  rounds: number,
): Promise<Record<string, number[]>> {
  const names = Object.keys(systems);
  const seconds: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) seconds[name]?.push((await systems[name]?.()) ?? Number.NaN);
  }
  return seconds;
}

/** The runs of one system as a row. */
export function toRow(system: string, caseName: string, seconds: readonly number[]): Row {
  const sorted = seconds.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return {
    system,
    case: caseName,
    value: at(Math.floor((sorted.length - 1) / 2)),
    unit: "s",
    min: at(0),
    max: at(sorted.length - 1),
    n: sorted.length,
  };
}
