import { type Dataset, DatasetError, type ItemFailure, withoutUndefined } from "@semblance/core";
import { openDataset, selectSplit } from "@semblance/data";
import { holdOut, type TrainAndValidation } from "@semblance/matcher";
import type { DataOptions, ReaderOptions } from "../common-options.ts";

/** What `semblance train` is told of its data. */
export interface TrainingDataOptions extends DataOptions, ReaderOptions {
  readonly data: string;
  readonly val?: string;
  readonly seed: number;
}

/** What the split to validate on is called. */
export const validationNames: readonly string[] = ["val", "validation", "dev", "valid"];

/**
 * Training and validation data: from a table each, else from the splits of one, else a share of the
 * table's images is kept for validation.
 *
 * @throws {@link DatasetError} with code `SPLIT_NOT_FOUND` for a table with splits of which none is
 * called train, and no other table for validation; what opening a table throws.
 */
export async function openTrainingData(options: TrainingDataOptions): Promise<TrainAndValidation> {
  const { columns, baseFolder, reader, seed } = options;
  const readOptions = withoutUndefined({ columns, baseFolder, reader });
  const data = await openDataset(options.data, readOptions);
  const train = data.splits.includes("train") ? selectSplit(data, "train") : data;
  if (options.val !== undefined) {
    const validation = await openDataset(options.val, readOptions);
    return { train, validation: validationPart(validation) ?? validation };
  }
  if (data.splits.length > 0 && train === data) throw noTrainSplit(options.data, data);
  const validation = validationPart(data);
  return validation ? { train, validation } : holdOut(train, seed);
}

/** The rows that could not be used; two parts of one table both list all of the table's. */
export function unusedRows({ train, validation }: TrainAndValidation): ItemFailure[] {
  return [...new Set([...train.failures, ...validation.failures])];
}

function validationPart(dataset: Dataset): Dataset | undefined {
  const name = validationNames.find((candidate) => dataset.splits.includes(candidate));
  return name === undefined ? undefined : selectSplit(dataset, name);
}

function noTrainSplit(file: string, dataset: Dataset): DatasetError {
  return new DatasetError({
    code: "SPLIT_NOT_FOUND",
    message: `${file} has the splits ${dataset.splits.join(", ")}, and none is called train.`,
    fix: "Name the split to train on train and the one to validate on val.",
    position: { file },
  });
}
