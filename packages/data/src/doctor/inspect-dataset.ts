import type { Dataset } from "@semblance/core";
import { collectDataset } from "./collect-dataset.ts";
import { type DatasetInspection, type InspectionOptions, inspectData } from "./inspect-data.ts";

/**
 * `inspectTables` for a dataset of any format. The row of an item is its position among the images or
 * among the captions; rows that the reader left out are its `failures`. A pair that is judged several
 * times in a split is known by its highest relevance only.
 *
 * @throws {@link DatasetError} `SPLIT_NOT_FOUND`; what the decoder and the text tower throw that is no
 * bad image.
 * @throws RangeError for a limit that is no whole number from 1 on.
 */
export async function inspectDataset(
  dataset: Dataset,
  options: InspectionOptions = {},
): Promise<DatasetInspection> {
  return inspectData(await collectDataset(dataset, options.signal), options);
}
