import { basename, dirname } from "node:path";
import type { DatasetReader, ReadOptions } from "@semblance/core";
import { findImageFolder } from "../formats/find-image-folder.ts";
import { createReading, type Reading } from "../formats/reading.ts";
import { addSampleRow, type RowImage } from "./add-sample-row.ts";
import { type DataFile, findDataFiles, findShards } from "./find-shards.ts";
import { openParquet, type ParquetFile } from "./parquet-file.ts";
import { readParquetImages, referencedImage } from "./parquet-images.ts";
import { findSampleColumns } from "./sample-columns.ts";

/** Options of {@link createParquetReader}. */
export interface ParquetReaderOptions {
  /** Where images are unpacked. @defaultValue `unpacked` in the user's cache folder */
  readonly cacheFolder?: string;
}

/**
 * A reader named `"parquet"` for tables of images and captions: a `.parquet` file, a pattern such as
 * `test-{0..3}.parquet`, or a folder of them, also in folders in it. A file's name or folder names its
 * split, `test-00000-of-00001.parquet`, where there is no column `split`.
 *
 * The image is a path or an address, bytes, or `{ bytes, path }` as Hugging Face writes it; the caption a
 * text or a list of texts. Columns are found by the names that published data have (`image`, `img`,
 * `filepath`, …; `caption`, `text`, `sentences`, …), or by `columns`; others are metadata. Without an id
 * column an image is identified by its path, or by the hash of its bytes, and a caption by its text.
 *
 * Files are read by row groups. Pictures are unpacked, file by file, into a folder of the user's cache,
 * once. A row that cannot be used is one failure: `EMPTY_CELL`, `INVALID_RELEVANCE` or `ID_CONFLICT`.
 */
export function createParquetReader(options: ParquetReaderOptions = {}): DatasetReader {
  return {
    name: "parquet",
    async sniff(source) {
      return (await findTables(source)).length > 0 && (await findShards(source)).length === 0;
    },
    async read(source, readOptions = {}) {
      readOptions.signal?.throwIfAborted();
      const reading = createReading(source);
      const files = await findTables(source);
      // Reading says what is wrong with it.
      if (files.length === 0) files.push({ path: source, split: undefined });
      for (const file of files) await readFile(file, reading, { ...readOptions, ...options });
      return reading.toDataset();
    },
  };
}

// metadata.parquet is a list of the files beside it, for another reader.
async function findTables(source: string): Promise<DataFile[]> {
  const files = await findDataFiles(source, /\.parquet$/i);
  return files.filter(({ path }) => path === source || basename(path) !== "metadata.parquet");
}

type FileOptions = ReadOptions & ParquetReaderOptions;

async function readFile(
  { path, split }: DataFile,
  reading: Reading,
  options: FileOptions,
): Promise<void> {
  const file = await openParquet(path);
  const columns = findSampleColumns(path, file.columns, options.columns);
  const isPacked = file.mayHoldBytes(columns.image);
  const images = isPacked ? readParquetImages(file, columns.image, options) : undefined;
  const wanted = file.columns.filter((name) => !isPacked || name !== columns.image);
  let folder: string | undefined;
  let index = 0;
  for await (const cells of file.rows(wanted, options)) {
    folder ??= await folderOf(file, cells[columns.image], options);
    const image = images ? await nextOf(images) : referencedImage(cells[columns.image], folder);
    const place = { index, where: `${path}, row ${index} (from 0)`, input: image?.id ?? "" };
    addSampleRow({ cells, columns, image, split, place }, reading);
    index++;
  }
}

function folderOf(file: ParquetFile, first: unknown, { baseFolder }: FileOptions): Promise<string> {
  const paths = typeof first === "string" ? [first] : [];
  return findImageFolder({ folder: dirname(file.path), baseFolder, paths });
}

async function nextOf(
  images: AsyncGenerator<RowImage | undefined, void, undefined>,
): Promise<RowImage | undefined> {
  const { value } = await images.next();
  return value ?? undefined;
}
