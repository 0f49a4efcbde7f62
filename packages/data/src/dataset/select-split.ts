import { createHash } from "node:crypto";
import type { Dataset } from "@semblance/core";
import { requireSplit } from "./require-split.ts";

/**
 * A view of one split of a dataset. Failures are those of the whole: a row that could not be used
 * belongs to no split. Its `hash` is the SHA-256 of the whole's hash and the split's name, as
 * `JSON.stringify` writes the two in a list; what is in the split alone is hashed by `hashGallery`.
 *
 * @throws {@link DatasetError} `SPLIT_NOT_FOUND`, also when the view is asked for another split.
 */
export function selectSplit(dataset: Dataset, split: string): Dataset {
  requireSplit(dataset, split);
  const view: Dataset = {
    name: dataset.name,
    splits: [split],
    failures: dataset.failures,
    get hash() {
      return createHash("sha256")
        .update(JSON.stringify([dataset.hash, split]))
        .digest("hex");
    },
    items(modality, options = {}) {
      requireSplit(view, options.split);
      return dataset.items(modality, { split });
    },
    judgements(options = {}) {
      requireSplit(view, options.split);
      return dataset.judgements({ split });
    },
  };
  return view;
}
