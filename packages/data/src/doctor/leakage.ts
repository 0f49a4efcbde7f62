import { type Detection, toFindingItem } from "./detection.ts";
import type { FindingKind } from "./finding.ts";
import { firstRows, type InspectedData, type InspectedItem, splitsOf } from "./inspected-data.ts";

/** Finds groups of items that stand in several splits. */
export type DetectLeakage = (kind: FindingKind, groups: readonly InspectedItem[][]) => Detection;

/**
 * The check of leakage in a dataset. Its cure leaves each group to the smallest of its splits, of two
 * alike to the later: splits to evaluate on are small, and are to stay what they are.
 */
export function createLeakageCheck({ judgements, splits }: InspectedData): DetectLeakage {
  const sizes = new Map(splits.map((split) => [split, 0]));
  for (const { row } of judgements) {
    if (row.split !== undefined) sizes.set(row.split, (sizes.get(row.split) ?? 0) + 1);
  }
  const bySize = [...sizes].reverse().toSorted(([, left], [, right]) => left - right);
  return (kind, groups) => {
    const leaking = groups.filter((group) => splitsOf(group).size > 1);
    const items = leaking.flatMap((group, number) =>
      group.flatMap(firstRows).map((row) => toFindingItem(row, { group: number })),
    );
    const cure = leaking.flatMap((group) => {
      const there = splitsOf(group);
      const kept = bySize.find(([split]) => there.has(split))?.[0];
      const rows = group.flatMap((item) => item.rows);
      return rows.filter(({ split }) => split !== undefined && split !== kept);
    });
    return { kind, items, count: leaking.length, cure };
  };
}
