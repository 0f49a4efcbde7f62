import { groupBy } from "../dataset/group-by.ts";
import { type Detection, toFindingItem } from "./detection.ts";
import type { InspectedData } from "./inspected-data.ts";

/** Rows that cannot be used, that stand twice, or that belong to no split where others do. */
export function checkRows(data: InspectedData): Detection[] {
  return [...rejectedRows(data), ...rowsWithoutSplit(data), ...repeatedRows(data)];
}

function rejectedRows({ rejected }: InspectedData): Detection[] {
  const byKind = groupBy(rejected, ({ kind }) => [kind]);
  return [...byKind.values()].map((rows) => ({
    kind: rows[0]?.kind ?? "unusable-row",
    items: rows.map(({ row, reason }) => toFindingItem(row, { reason })),
    cure: rows.map(({ row }) => row),
  }));
}

function rowsWithoutSplit({ splits, judgements }: InspectedData): Detection[] {
  if (splits.length === 0) return [];
  const rows = judgements.map(({ row }) => row).filter(({ split }) => split === undefined);
  return [{ kind: "missing-split", items: rows.map((row) => toFindingItem(row)) }];
}

function repeatedRows({ judgements }: InspectedData): Detection[] {
  const pairs = groupBy(judgements, ({ row, imageId, textId, relevance }) => [
    JSON.stringify([imageId, textId, row.split, relevance]),
  ]);
  const repeated = [...pairs.values()].flatMap((same) => same.slice(1).map(({ row }) => row));
  return [
    { kind: "duplicate-row", items: repeated.map((row) => toFindingItem(row)), cure: repeated },
  ];
}
