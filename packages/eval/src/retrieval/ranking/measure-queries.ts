import {
  dependsOnTies,
  type Grades,
  metricNames,
  orderTies,
  type RunOptions,
  type TieGroup,
  type TieMode,
  writeQueryMetrics,
  yieldToEventLoop,
} from "@semblance/core";
import type { QueryColumns, RelevantRows } from "../query-columns.ts";
import { firstHits } from "./best-rows.ts";
import type { CountedRows } from "./note-block.ts";
import { orderedGroupsOf, type RankCounts, tieGroupsOf } from "./rank-counts.ts";

/** One direction once all scores were seen. */
export interface MeasureQueriesOptions extends RunOptions {
  readonly counted: CountedRows;
  /** The cluster of every row of the queries' side. */
  readonly clusters: Uint32Array;
  readonly cutoffs: readonly number[];
  readonly ties: TieMode;
  /** How many best rows to list, of those that were kept. */
  readonly topHits: number;
}

/** How the queries of one direction fared. */
export interface MeasuredQueries {
  readonly queries: QueryColumns;
  /** How many queries' numbers depend on the order of ties. */
  readonly tied: number;
}

// A few milliseconds of work.
const queriesPerTurn = 2048;

/** Turns ranks into metrics, query by query. */
export async function measureQueries(options: MeasureQueriesOptions): Promise<MeasuredQueries> {
  const { counted, clusters, cutoffs, ties, topHits, signal } = options;
  const { ranks, indexOf } = counted;
  const { relevant, hits } = ranks;
  const rows = Uint32Array.from(indexOf.keys()).filter((row) => (indexOf[row] ?? -1) >= 0);
  const names = metricNames(cutoffs);
  const columns = names.map(() => new Float64Array(rows.length));
  const values = new Float64Array(names.length);
  let tied = 0;
  for (let query = 0; query < rows.length; query++) {
    if (query % queriesPerTurn === 0) {
      await yieldToEventLoop();
      signal?.throwIfAborted();
    }
    const grades = gradesOf(relevant, query);
    const groups = tieGroupsOf(ranks, query);
    if (dependsOnTies(groups, grades)) tied++;
    const ordered = breakTies({ ranks, query, groups, grades, ties });
    writeQueryMetrics({ groups: ordered, grades, cutoffs }, values);
    for (const [i, column] of columns.entries()) column[query] = values[i] ?? Number.NaN;
  }
  const queries: QueryColumns = {
    rows,
    clusters: Uint32Array.from(rows, (row) => clusters[row] ?? 0),
    metrics: Object.fromEntries(names.map((name, i) => [name, columns[i] ?? new Float64Array()])),
    relevant,
    hits: firstHits(hits, Math.min(topHits, hits.perQuery)),
  };
  return { queries, tied };
}

interface Ties {
  readonly ranks: RankCounts;
  readonly query: number;
  readonly groups: readonly TieGroup[];
  readonly grades: Grades;
  readonly ties: TieMode;
}

const noScores = new Float32Array();

function breakTies({ ranks, query, groups, grades, ties }: Ties): readonly TieGroup[] {
  if (ties === "trec") return orderedGroupsOf(ranks, query);
  return orderTies({ groups, grades, ties, scores: noScores });
}

function gradesOf({ starts, rows, grades }: RelevantRows, query: number): Grades {
  const own = new Map<number, number>();
  const end = starts[query + 1] ?? 0;
  for (let i = starts[query] ?? 0; i < end; i++) own.set(rows[i] ?? 0, grades[i] ?? 0);
  return own;
}
