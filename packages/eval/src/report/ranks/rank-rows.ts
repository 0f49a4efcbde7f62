import type { Direction } from "../../retrieval/evaluation.ts";
import type { ReportInput } from "../report-input.ts";
import { binRanks } from "./rank-bins.ts";

/** Queries of both directions whose first right answer stands at certain ranks. */
export interface RankRow {
  /** The ranks: `6–10`. */
  readonly name: string;
  /** Missing where the gallery of a direction does not reach so far. */
  readonly t2i?: RankCount;
  readonly i2t?: RankCount;
}

/** Queries of one direction. */
export interface RankCount {
  readonly count: number;
  /** Of the direction's queries, in [0, 1]. */
  readonly share: number;
}

/** The ranks of a report's queries, in bins. */
export function rankRows({ queries, facts }: ReportInput): RankRow[] {
  const gallery = { t2i: facts.dataset.images, i2t: facts.dataset.texts };
  const counts = (direction: Direction): [string, RankCount][] => {
    const { rows, metrics } = queries[direction];
    const bins = binRanks(metrics.rank ?? [], gallery[direction]);
    return bins.map(({ name, count }) => [
      name,
      { count, share: count / Math.max(1, rows.length) },
    ]);
  };
  const [t2i, i2t] = [new Map(counts("t2i")), new Map(counts("i2t"))];
  const names = [...(t2i.size > i2t.size ? t2i : i2t).keys()];
  return names.map((name) => {
    const [texts, images] = [t2i.get(name), i2t.get(name)];
    return { name, ...(texts && { t2i: texts }), ...(images && { i2t: images }) };
  });
}
