import type { DatasetReader } from "@semblance/core";
import { createCocoReader } from "./formats/coco.ts";
import { createFlickrReader } from "./formats/flickr.ts";
import { createKarpathyReader } from "./formats/karpathy.ts";
import { createTableReader } from "./table/create-table-reader.ts";

/** Readers of formats that can be told by their names and beginnings. */
export function createFormatReaders(): DatasetReader[] {
  return [createKarpathyReader(), createCocoReader(), createFlickrReader()];
}

/** All readers of this package: the formats, and tables. */
export function createReaders(): DatasetReader[] {
  return [...createFormatReaders(), createTableReader()];
}
