import type { Dataset, Item } from "@semblance/core";
import {
  createItemCollector,
  type InspectedData,
  type InspectedItem,
  type InspectedJudgement,
  type InspectedRow,
} from "./inspected-data.ts";

type Modality = "image" | "text";

/**
 * The items of a dataset as the checks need them: the row of an item is its position on its side, and
 * an image is written as its paths.
 */
export async function collectDataset(
  dataset: Dataset,
  signal: AbortSignal | undefined,
): Promise<InspectedData> {
  const images = await collectSide(dataset, "image", signal);
  const captions = await collectSide(dataset, "text", signal);
  const rowsById = new Map(captions.map(({ id, rows }) => [id, rows]));
  const judgements: InspectedJudgement[] = [];
  // Those without a split are told by their texts, which none of the splits shows.
  for (const split of [...dataset.splits, undefined]) {
    const listed = split === undefined ? dataset.judgements() : dataset.judgements({ split });
    for await (const { text, image, relevance } of listed) {
      signal?.throwIfAborted();
      const row = rowsById.get(text)?.find((place) => place.split === split);
      if (row !== undefined) judgements.push({ row, imageId: image, textId: text, relevance });
    }
  }
  return {
    name: dataset.name,
    tableCount: 0,
    rowCount: judgements.length,
    splits: dataset.splits,
    images,
    captions,
    judgements,
    rejected: dataset.failures.map(({ index, message }) => ({
      row: { table: 0, row: index },
      kind: "unusable-row" as const,
      reason: message,
    })),
    hasRelevance: true,
  };
}

async function collectSide(
  dataset: Dataset,
  modality: Modality,
  signal: AbortSignal | undefined,
): Promise<readonly InspectedItem[]> {
  const collector = createItemCollector();
  const splitsById = await splitsOfSide(dataset, modality);
  let index = 0;
  for await (const item of dataset.items(modality)) {
    signal?.throwIfAborted();
    for (const split of splitsById.get(item.id) ?? [undefined]) {
      const row = rowOf(item, { modality, index, split });
      for (const content of item.content) collector.add(item.id, content, row);
    }
    index++;
  }
  return collector.items;
}

async function splitsOfSide(dataset: Dataset, modality: Modality): Promise<Map<string, string[]>> {
  const splitsById = new Map<string, string[]>();
  for (const split of dataset.splits) {
    for await (const { id } of dataset.items(modality, { split })) {
      splitsById.set(id, [...(splitsById.get(id) ?? []), split]);
    }
  }
  return splitsById;
}

function rowOf(
  item: Item,
  place: {
    readonly modality: Modality;
    readonly index: number;
    readonly split?: string | undefined;
  },
): InspectedRow {
  const { modality, index, split } = place;
  return {
    table: 0,
    row: index,
    ...(modality === "image"
      ? { image: item.content.join(";") }
      : { caption: item.content.join("\n") }),
    ...(split !== undefined && { split }),
  };
}
