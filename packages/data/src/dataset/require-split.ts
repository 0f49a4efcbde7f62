import { type Dataset, DatasetError } from "@semblance/core";

/** @throws {@link DatasetError} `SPLIT_NOT_FOUND` unless `split` is absent or one of the dataset's. */
export function requireSplit(
  dataset: Pick<Dataset, "name" | "splits">,
  split: string | undefined,
): void {
  if (split === undefined || dataset.splits.includes(split)) return;
  const there = dataset.splits.map((name) => JSON.stringify(name)).join(", ");
  throw new DatasetError({
    code: "SPLIT_NOT_FOUND",
    message: `${dataset.name} has no split ${JSON.stringify(split)}${there === "" ? ": it has no splits" : `; its splits are ${there}`}.`,
    fix: there === "" ? "Leave the split out." : "Name one of these splits.",
  });
}
