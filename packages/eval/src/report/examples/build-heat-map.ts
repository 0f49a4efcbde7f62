import { queryResult } from "../../retrieval/query-columns.ts";
import type { ItemTable } from "../queries/item-table.ts";
import type { ReportInput } from "../report-input.ts";
import type { Similarity } from "../similarity.ts";
import { chooseExamples } from "./choose-examples.ts";
import type { HeatMapCell } from "./heat-map-section.ts";

const examples = 8;

/** A heat map whose items are places in an {@link ItemTable}. */
export interface HeatMapPlaces {
  readonly texts: readonly number[];
  readonly images: readonly number[];
  readonly cells: readonly (readonly HeatMapCell[])[];
}

/** Compares a few pairs, each with each; their items go to `table`. */
export function buildHeatMap(
  input: ReportInput,
  table: ItemTable,
  similarity: Similarity | undefined,
): HeatMapPlaces | undefined {
  const pairs = chooseExamples(input.queries.t2i, examples);
  if (similarity === undefined || pairs.length === 0) return undefined;
  const cells = pairs.map(({ query, text }) => {
    const right = new Set(queryResult(input, "t2i", query).relevant);
    return pairs.map(({ image }) => ({
      score: similarity(image, text),
      isRight: right.has(image),
    }));
  });
  return {
    texts: pairs.map(({ text }) => table.place("text", text)),
    images: pairs.map(({ image }) => table.place("image", image)),
    cells,
  };
}
