import { extname, resolve } from "node:path";
import type { DatasetReader, ReadOptions } from "@semblance/core";
import { createReading, type Reading } from "../formats/reading.ts";
import { readFirstLine } from "../source/read-ends.ts";
import { addSampleRow } from "./add-sample-row.ts";
import { type DataFile, findDataFiles } from "./find-shards.ts";
import { readMetadataRows } from "./metadata-rows.ts";
import { referencedImage } from "./parquet-images.ts";
import { findSampleColumns, type SampleColumns } from "./sample-columns.ts";

/**
 * A reader named `"image-folder"` for Hugging Face's image folders: pictures, and beside them a
 * `metadata.jsonl`, `metadata.csv` or `metadata.parquet` with a column `file_name` and one of captions,
 * `text` or `caption`, say; in the folder itself, or in one for each split: `train`, `test`.
 *
 * In JSON lines and parquet a caption may be a list of texts. Paths start at the folder of the list; ids
 * are as in parquet tables: see {@link createParquetReader}. A row that cannot be used is one failure:
 * `EMPTY_CELL`, `INVALID_RELEVANCE` or `ID_CONFLICT`.
 *
 * @see https://huggingface.co/docs/datasets/image_dataset#imagefolder
 */
export function createImageFolderReader(): DatasetReader {
  return {
    name: "image-folder",
    async sniff(source) {
      const [first] = await findLists(source);
      if (first === undefined) return false;
      if (extname(first.path) === ".parquet") return true;
      return ((await readFirstLine(first.path)) ?? "").includes("file_name");
    },
    async read(source, options = {}) {
      options.signal?.throwIfAborted();
      const reading = createReading(source);
      for (const list of await findLists(source)) await readList(list, reading, options);
      return reading.toDataset();
    },
  };
}

async function findLists(source: string): Promise<DataFile[]> {
  const name = /^metadata\.(?:jsonl|csv|parquet)$/i;
  return findDataFiles(source, name);
}

async function readList(
  { path, split }: DataFile,
  reading: Reading,
  options: ReadOptions,
): Promise<void> {
  const { columns: asked, baseFolder, ...run } = options;
  const folder = resolve(baseFolder ?? resolve(path, ".."));
  let columns: SampleColumns | undefined;
  for await (const { cells, place } of readMetadataRows(path, run)) {
    columns ??= findSampleColumns(path, Object.keys(cells), { image: "file_name", ...asked });
    const file = cells[columns.image];
    const found = referencedImage(file, folder);
    // The file of two splits may have one name.
    const image = found && {
      ...found,
      id: split === undefined ? found.id : `${split}/${found.id}`,
    };
    addSampleRow({ cells, columns, image, split, place }, reading);
  }
}
