import { bootstrapInterval } from "@semblance/eval";

/** `"both"`: the mean of the two directions. */
export type Side = "t2i" | "i2t" | "both";

/** One query of an evaluation. */
export interface QueryLine {
  readonly direction: "t2i" | "i2t";
  readonly query: string;
  readonly relevant: readonly string[];
  /** `hit@10` and so on. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** A mean over queries and runs. */
export interface Score {
  readonly value: number;
  /** 95 %: over the choice of test images, clustered by image, of the runs' mean. */
  readonly low: number;
  readonly high: number;
  /** Of each run. */
  readonly runs: readonly number[];
}

/** The queries of a `.queries.jsonl` file, in its order. */
export function toQueries(text: string): QueryLine[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/**
 * The score of runs on the same queries, of one system with several seeds.
 *
 * @throws Error when the queries differ.
 */
export function scoreOf(runs: readonly QueryLine[][], metric: string, side: Side): Score {
  requireSameQueries(runs);
  const perRun = runs.map((run) => weighted(run, metric, side));
  return toScore(runs, perRun, side);
}

/** The score of one system's runs minus another's, paired by query. @throws Error when the queries differ. */
export function differenceOf(
  runs: readonly QueryLine[][],
  others: readonly QueryLine[][],
  metric: string,
  side: Side,
): Score {
  requireSameQueries([...runs, ...others]);
  const minus = meanOf(others.map((run) => weighted(run, metric, side)));
  const perRun = runs.map((run) =>
    weighted(run, metric, side).map((value, query) => value - (minus[query] ?? Number.NaN)),
  );
  return toScore(runs, perRun, side);
}

function toScore(runs: readonly QueryLine[][], perRun: readonly Float64Array[], side: Side): Score {
  const values = meanOf(perRun);
  const groups = groupsOf(chosen(runs[0] ?? [], side));
  const value = mean(values);
  const [low, high] = bootstrapInterval({ values, groups }) ?? [value, value];
  return { value, low, high, runs: perRun.map(mean) };
}

/** One value a query, so weighted that their mean is the mean over the directions. */
function weighted(run: readonly QueryLine[], metric: string, side: Side): Float64Array {
  const queries = chosen(run, side);
  const count = { t2i: 0, i2t: 0 };
  for (const { direction } of queries) count[direction] += 1;
  const directions = Object.values(count).filter((queriesOf) => queriesOf > 0).length;
  return Float64Array.from(queries, ({ direction, metrics }) => {
    const weight = queries.length / (directions * count[direction]);
    return (metrics[metric] ?? Number.NaN) * weight;
  });
}

function chosen(run: readonly QueryLine[], side: Side): readonly QueryLine[] {
  return side === "both" ? run : run.filter(({ direction }) => direction === side);
}

/** By image: the query itself, or the first that belongs to the text. */
function groupsOf(queries: readonly QueryLine[]): Uint32Array {
  const groups = new Map<string, number>();
  return Uint32Array.from(queries, ({ direction, query, relevant }) => {
    const image = direction === "i2t" ? query : (relevant[0] ?? query);
    const group = groups.get(image) ?? groups.size;
    groups.set(image, group);
    return group;
  });
}

function requireSameQueries(runs: readonly QueryLine[][]): void {
  const ids = runs.map((run) =>
    JSON.stringify(run.map(({ direction, query }) => [direction, query])),
  );
  if (new Set(ids).size !== 1) throw new Error("The runs' queries differ.");
}

function meanOf(rows: readonly Float64Array[]): Float64Array {
  const length = rows[0]?.length ?? 0;
  return Float64Array.from({ length }, (_, i) => mean(rows.map((row) => row[i] ?? Number.NaN)));
}

function mean(values: Float64Array | readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
