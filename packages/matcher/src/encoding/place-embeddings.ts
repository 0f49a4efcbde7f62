import {
  type Dataset,
  DatasetError,
  type Embeddings,
  type Item,
  type ItemFailure,
  selectRows,
} from "@semblance/core";
import type { Modality } from "../data/columns.ts";
import { itemsOf } from "./encode-dataset.ts";

/** Vectors that were made earlier. */
export interface StoredEmbeddings {
  readonly image: Embeddings;
  readonly text: Embeddings;
  /** The id of each row's item, where it is known: then items may be missing. */
  readonly ids?: Readonly<Partial<Record<Modality, readonly string[]>>>;
}

/** One side of the vectors, and the items that they belong to. */
export interface PlacedEmbeddings {
  readonly items: readonly Item[];
  /** In the order of `items`. */
  readonly embeddings: Embeddings;
  /** Items without a row. */
  readonly failures: readonly ItemFailure[];
}

/**
 * Finds which rows belong to which items: in order where there is a row for each item of the split or
 * of all, else by ids.
 *
 * @throws {@link DatasetError} with code `EMBEDDINGS_MISMATCH` when neither fits.
 */
export async function placeEmbeddings(
  dataset: Dataset,
  modality: Modality,
  { source, split }: { readonly source: StoredEmbeddings; readonly split: string | undefined },
): Promise<PlacedEmbeddings> {
  const embeddings = source[modality];
  const items = await itemsOf(dataset, modality, split);
  if (embeddings.count === items.length) return { items, embeddings, failures: [] };
  const all = await itemsOf(dataset, modality);
  const ids = embeddings.count === all.length ? all.map(({ id }) => id) : source.ids?.[modality];
  const known = new Set(all.map(({ id }) => id));
  if (ids?.length !== embeddings.count || !ids.every((id) => known.has(id))) {
    throw mismatch(embeddings, { dataset, modality, split, counts: [all.length, items.length] });
  }
  return pickRows(items, embeddings, ids);
}

function pickRows(
  items: readonly Item[],
  embeddings: Embeddings,
  ids: readonly string[],
): PlacedEmbeddings {
  const rowOfId = new Map(ids.map((id, row) => [id, row]));
  const placed: Item[] = [];
  const rows: number[] = [];
  const failures: ItemFailure[] = [];
  for (const [index, item] of items.entries()) {
    const row = rowOfId.get(item.id);
    if (row === undefined) {
      const message = `${item.id} has no row in the embeddings.`;
      failures.push({ index, input: item.id, code: "NOT_EMBEDDED", message });
    } else {
      placed.push(item);
      rows.push(row);
    }
  }
  return { items: placed, embeddings: selectRows(embeddings, rows), failures };
}

function mismatch(
  embeddings: Embeddings,
  asked: {
    readonly dataset: Dataset;
    readonly modality: Modality;
    readonly split: string | undefined;
    readonly counts: readonly [all: number, inSplit: number];
  },
): DatasetError {
  const { dataset, modality, split, counts } = asked;
  const inSplit = split === undefined ? "" : ` (${counts[1]} in split "${split}")`;
  return new DatasetError({
    code: "EMBEDDINGS_MISMATCH",
    message: `There are ${embeddings.count} ${modality} embeddings, and ${dataset.name} has ${counts[0]} ${modality}s${inSplit}.`,
    fix: "Give one row per distinct item, in order of first appearance in the data.",
  });
}
