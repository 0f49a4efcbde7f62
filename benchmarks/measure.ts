/** One system's figure in one case: the median of its runs. */
export interface Row {
  readonly system: string;
  readonly case: string;
  readonly value: number;
  /** More is better where it is a rate (`images/s`), less where it is not (`s`, `MiB`). */
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
  /** What was found wrong: a system whose results are not what they must be. */
  readonly failures: readonly string[];
}

/** What the command line says. */
export interface BenchmarkOptions {
  /** A run of less than four minutes. */
  readonly isQuick: boolean;
  /** JPEG files to encode; by default the benchmark makes some. */
  readonly photos?: string | undefined;
  /** The cases that are wanted: see {@link isWanted}. By default all. */
  readonly only?: readonly string[] | undefined;
}

/** Whether a case is one of those wanted, or belongs to one: `memory.vision.fp32` to `memory`. */
export function isWanted(name: string, only: readonly string[] | undefined): boolean {
  return only?.some((wanted) => `${name}.`.startsWith(`${wanted}.`)) ?? true;
}

/** Rows that were measured, and ratios, of the cases that are wanted. */
export function keepWanted(
  { rows, ratios, failures }: BenchmarkResult,
  only: readonly string[] | undefined,
): BenchmarkResult {
  const isKept = ([name]: [string, unknown]) => isWanted(name.split(".vs.")[0] ?? "", only);
  return {
    rows: rows.filter((row) => row.n > 0 && isWanted(row.case, only)),
    ratios: Object.fromEntries(Object.entries(ratios).filter(isKept)),
    failures,
  };
}

/** A benchmark whose environments, models and inputs are ready. */
export interface PreparedBenchmark extends AsyncDisposable {
  run(): Promise<BenchmarkResult>;
}

/** Makes a benchmark ready; all that is slow once and loads the machine is done here. */
export type Benchmark = (options: BenchmarkOptions) => Promise<PreparedBenchmark>;

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
export function toRow(
  of: { readonly system: string; readonly case: string; readonly unit: string },
  runs: readonly number[],
): Row {
  const sorted = runs.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const last = sorted.length - 1;
  const median = (at(Math.floor(last / 2)) + at(Math.ceil(last / 2))) / 2;
  return { ...of, value: median, min: at(0), max: at(last), n: sorted.length };
}
