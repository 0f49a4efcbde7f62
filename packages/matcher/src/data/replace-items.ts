import { createHash } from "node:crypto";
import type { Dataset, Item, Judgement } from "@semblance/core";
import type { Modality } from "./columns.ts";

/**
 * The dataset with one side's items replaced: the gallery to rank, or the queries to ask. Judgements of
 * items that are no longer there drop out.
 */
export function replaceItems(
  dataset: Dataset,
  modality: Modality,
  items: readonly Item[],
): Dataset {
  const ids = new Set(items.map(({ id }) => id));
  const { name, splits, failures } = dataset;
  return {
    name,
    splits,
    failures,
    get hash() {
      const facts = JSON.stringify([dataset.hash, modality, ...ids]);
      return createHash("sha256").update(facts).digest("hex");
    },
    items: (side, options) => (side === modality ? iterate(items) : dataset.items(side, options)),
    judgements: (options) => keepKnown(dataset.judgements(options), modality, ids),
  };
}

async function* iterate(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

async function* keepKnown(
  judgements: AsyncIterable<Judgement>,
  modality: Modality,
  ids: ReadonlySet<string>,
): AsyncGenerator<Judgement> {
  for await (const judgement of judgements) if (ids.has(judgement[modality])) yield judgement;
}
