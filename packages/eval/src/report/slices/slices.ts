import type { Direction } from "../../retrieval/evaluation.ts";
import { partsByColumn, partsByWords, type QueryParts } from "../../slices/query-parts.ts";
import { directions } from "../format.ts";
import type { ReportInput } from "../report-input.ts";

/** A property that divides the queries of a direction. */
export interface Slice {
  readonly direction: Direction;
  /** `"caption length"`, or the name of a column. */
  readonly name: string;
  /** By place among the queries that count. */
  readonly parts: QueryParts;
}

/** What divides the queries of a report into two parts or more: caption length, and own columns. */
export function slicesOf(input: ReportInput): Slice[] {
  const slices = directions.flatMap((direction) => [
    ...(direction === "t2i" ? [byLength(input)] : []),
    ...byColumns(input, direction),
  ]);
  return slices.filter(({ parts }) => parts.names.length > 1);
}

function byLength(input: ReportInput): Slice {
  const texts = askingItems(input, "t2i").map((item) => item?.content.join(" ") ?? "");
  return { direction: "t2i", name: "caption length", parts: partsByWords(texts) };
}

function byColumns(input: ReportInput, direction: Direction): Slice[] {
  const items = askingItems(input, direction);
  const names = new Set(items.flatMap((item) => Object.keys(item?.metadata ?? {})));
  return [...names].map((name) => {
    const cells = items.map((item) => item?.metadata[name]);
    return { direction, name, parts: partsByColumn(cells) };
  });
}

function askingItems({ queries, images, texts }: ReportInput, direction: Direction) {
  const items = direction === "t2i" ? texts : images;
  return Array.from(queries[direction].rows, (row) => items[row]);
}
