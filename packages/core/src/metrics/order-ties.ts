import type { CompareTies } from "../scoring/top-k.ts";
import type { Grades } from "./grades.ts";
import type { TieGroup } from "./tie-groups.ts";

/**
 * What becomes of items with equal scores.
 *
 * - `expected`: every order is equally likely, and metrics are means over all of them.
 * - `trec`: the order of trec_eval, by document id, last first.
 * - `pessimistic`: relevant items last, the higher grade behind the lower.
 * - `optimistic`: relevant items first, the higher grade before the lower.
 */
export type TieMode = "expected" | "trec" | "pessimistic" | "optimistic";

const tieModes: readonly TieMode[] = ["expected", "trec", "pessimistic", "optimistic"];

/** @throws RangeError when `ties` is none of the modes. */
export function checkTieMode(ties: TieMode): void {
  if (tieModes.includes(ties)) return;
  throw new RangeError(`ties must be one of ${tieModes.join(", ")}, found ${String(ties)}.`);
}

/** What {@link orderTies} puts in order. */
export interface OrderTiesOptions {
  readonly groups: readonly TieGroup[];
  readonly grades: Grades;
  readonly ties: TieMode;
  /** One per gallery item, the ones that `groups` was made of. Only `trec` looks at them. */
  readonly scores: Float32Array | Float64Array;
  /**
   * The order of `trec`, over positions in `scores`: {@link compareTrecIds} of their ids.
   * @defaultValue lower position first
   */
  readonly compareTies?: CompareTies;
}

/**
 * Breaks ties: every relevant item gets the one place that the mode gives it, as a group of its own.
 * `expected` leaves the groups as they are.
 *
 * @returns groups for {@link queryMetrics}, best place first.
 */
export function orderTies(options: OrderTiesOptions): readonly TieGroup[] {
  const { groups, ties } = options;
  if (ties === "expected") return groups;
  return groups.flatMap((group) => {
    if (group.size === 1) return group;
    if (ties === "trec") return orderLikeTrec(group, options);
    return orderByGrade(group, options.grades, ties);
  });
}

function orderByGrade(
  { above, size, relevant }: TieGroup,
  grades: Grades,
  ties: "pessimistic" | "optimistic",
): TieGroup[] {
  const isWorst = ties === "pessimistic";
  const first = isWorst ? above + size - relevant.length : above;
  const sign = isWorst ? 1 : -1;
  const ordered = relevant.toSorted(
    (a, b) => sign * ((grades.get(a) ?? 0) - (grades.get(b) ?? 0)) || a - b,
  );
  return ordered.map((item, i) => ({ above: first + i, size: 1, relevant: [item] }));
}

function orderLikeTrec(
  { above, relevant }: TieGroup,
  { scores, compareTies = (a, b) => a - b }: OrderTiesOptions,
): TieGroup[] {
  const ordered = relevant.toSorted(compareTies);
  const score = scores[relevant[0] ?? 0];
  // How many tied items come before the first relevant one, between it and the next, and so on.
  const between = new Uint32Array(relevant.length + 1);
  for (let item = 0; item < scores.length; item++) {
    if (scores[item] !== score) continue;
    const next = firstBehind(ordered, item, compareTies);
    between[next] = (between[next] ?? 0) + 1;
  }
  let place = above;
  return ordered.map((item, i) => {
    place += between[i] ?? 0;
    return { above: place, size: 1, relevant: [item] };
  });
}

// Position of the first ordered item that stands behind `item`.
function firstBehind(ordered: readonly number[], item: number, compareTies: CompareTies): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareTies(ordered[middle] ?? 0, item) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * The order in which trec_eval puts document ids with equal scores: descending by their UTF-8 bytes
 * (`strcmp`). Negative when `a` comes first.
 *
 * @see `comp_sim_docno` in trec_eval's form_res_rels.c.
 */
export function compareTrecIds(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left === right) continue;
    // Halves of a surrogate pair sort below U+E000 as UTF-16, but their character is above.
    const [isPairA, isPairB] = [isSurrogate(left), isSurrogate(right)];
    if (isPairA !== isPairB) return isPairA ? -1 : 1;
    return right - left;
  }
  return b.length - a.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
