import type { RowProblem, TableRow } from "../table/table-rows.ts";
import { createDatasetBuilder, type DatasetBuilder } from "./dataset-builder.ts";

/** Rows on their way to becoming a dataset. */
export interface DatasetCollector extends Pick<DatasetBuilder, "parts"> {
  /** Adds what the row says, or adds nothing and returns why. */
  addRow(row: TableRow): RowProblem | undefined;
}

/** Collects each item, pair and split once, in order of first appearance. */
export function createDatasetCollector(): DatasetCollector {
  const builder = createDatasetBuilder();
  return {
    addRow({ image, text, relevance, split, metadata }) {
      const splits = split === undefined ? [] : [split];
      for (const { role, modality, item } of [
        { role: "image_id", modality: "image", item: image },
        { role: "caption_id", modality: "text", item: text },
      ] as const) {
        const message = builder.conflictOf(modality, item);
        if (message !== undefined) return { code: "ID_CONFLICT", role, message };
      }
      builder.addItem("image", { ...image, metadata, splits });
      builder.addItem("text", { ...text, metadata, splits });
      builder.judge({ text: text.id, image: image.id, relevance, split });
      return undefined;
    },
    parts: () => builder.parts(),
  };
}
