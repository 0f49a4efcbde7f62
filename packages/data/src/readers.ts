import type { DatasetReader } from "@semblance/core";
import { createImageFolderReader } from "./files/image-folder.ts";
import { createParquetReader } from "./files/parquet.ts";
import { createWebdatasetReader } from "./files/webdataset.ts";
import { createBeirReader } from "./formats/beir.ts";
import { createChineseClipReader } from "./formats/chinese-clip.ts";
import { createCocoReader } from "./formats/coco.ts";
import { createFlickrReader } from "./formats/flickr.ts";
import { createKarpathyReader } from "./formats/karpathy.ts";
import { createTrecReader } from "./formats/trec.ts";
import { createVseReader } from "./formats/vse.ts";
import { createTableReader } from "./table/create-table-reader.ts";

/** Readers of formats that can be told by their names and beginnings. */
export function createFormatReaders(): DatasetReader[] {
  return [
    createKarpathyReader(),
    createCocoReader(),
    createFlickrReader(),
    createVseReader(),
    createChineseClipReader(),
    createBeirReader(),
    createTrecReader(),
    createWebdatasetReader(),
    createParquetReader(),
    createImageFolderReader(),
  ];
}

/** All readers of this package: the formats, and tables. */
export function createReaders(): DatasetReader[] {
  return [...createFormatReaders(), createTableReader()];
}
