import { compareTrecIds } from "@semblance/core";

/**
 * The place of every row in the order that trec_eval gives to equal scores: by id, last first.
 *
 * @param ids - One per row; without them lower rows come first.
 */
export function tiePlaces(count: number, ids: readonly string[] | undefined): Uint32Array {
  const rows = Uint32Array.from({ length: count }, (_, row) => row);
  if (ids === undefined) return rows;
  const places = new Uint32Array(count);
  rows.sort((a, b) => compareTrecIds(ids[a] ?? "", ids[b] ?? "") || a - b);
  for (const [place, row] of rows.entries()) places[row] = place;
  return places;
}
