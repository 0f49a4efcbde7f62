import {
  type Cell,
  type Dataset,
  type ItemFailure,
  type Table,
  withoutUndefined,
} from "@semblance/core";
import { openDataset, readTable } from "@semblance/data";
import type { DataOptions, ReaderOptions } from "../common-options.ts";
import { looksLikeTable } from "../looks-like-table.ts";
import type { VerbTools } from "../run-verb.ts";

/** What {@link openPairs} is told. */
export interface PairSourceOptions extends DataOptions, ReaderOptions {
  readonly data: string;
  readonly split?: string;
}

/** Pairs to predict, one a row. */
export interface PredictedPairs {
  readonly table: Table;
  /** The columns that hold images and texts, where they have names of their own. */
  readonly columns: Readonly<Record<string, string>>;
  /** What of the data could not be read. */
  readonly failures: readonly ItemFailure[];
}

/**
 * The rows of a table as they are; of another format, or of one split, the pairs that it lists, in the
 * order in which it lists them, as columns `image`, `caption` and `relevance`.
 *
 * @throws {@link DatasetError} for data that cannot be opened, with code `SPLIT_NOT_FOUND` for a split
 * that it has not.
 */
export async function openPairs(
  options: PairSourceOptions,
  { signal, onProgress }: Pick<VerbTools, "signal" | "onProgress">,
): Promise<PredictedPairs> {
  const { data, split, reader, baseFolder, columns = {} } = options;
  const shared = withoutUndefined({ baseFolder, signal });
  if (split === undefined && (await isTable(data, reader))) {
    return { table: await readTable(data, shared), columns, failures: [] };
  }
  const readOptions = withoutUndefined({ ...shared, columns: options.columns, reader, onProgress });
  const dataset = await openDataset(data, readOptions);
  return { table: await listPairs(dataset, split), columns: {}, failures: dataset.failures };
}

async function isTable(data: string, reader: string | undefined): Promise<boolean> {
  return reader === undefined ? looksLikeTable(data) : reader === "table";
}

async function listPairs(dataset: Dataset, split: string | undefined): Promise<Table> {
  const part = withoutUndefined({ split });
  const images = await contentsOf(dataset.items("image", part));
  const texts = await contentsOf(dataset.items("text", part));
  const columns = { image: [] as Cell[], caption: [] as Cell[], relevance: [] as Cell[] };
  for await (const judgement of dataset.judgements(part)) {
    columns.image.push(images.get(judgement.image) ?? null);
    columns.caption.push(texts.get(judgement.text) ?? null);
    columns.relevance.push(judgement.relevance);
  }
  return { columns, length: columns.image.length };
}

async function contentsOf(items: ReturnType<Dataset["items"]>): Promise<Map<string, string>> {
  const contents = new Map<string, string>();
  // Several images are one item, as in a table.
  for await (const { id, content } of items) contents.set(id, content.join(";"));
  return contents;
}
