export { type HashGalleryOptions, hashGallery } from "./dataset/dataset-hash.ts";
export { selectSplit } from "./dataset/select-split.ts";
export type { Finding, FindingItem, FindingKind, FindingSeverity } from "./doctor/finding.ts";
export type {
  DatasetInspection,
  InspectionCounts,
  InspectionOptions,
} from "./doctor/inspect-data.ts";
export { inspectDataset } from "./doctor/inspect-dataset.ts";
export { type InspectTablesOptions, inspectTables } from "./doctor/inspect-tables.ts";
export { withoutRows } from "./doctor/without-rows.ts";
export { createImageFolderReader } from "./files/image-folder.ts";
export { createParquetReader, type ParquetReaderOptions } from "./files/parquet.ts";
export { createWebdatasetReader, type WebdatasetReaderOptions } from "./files/webdataset.ts";
export { createBeirReader } from "./formats/beir.ts";
export { type ChineseClipReaderOptions, createChineseClipReader } from "./formats/chinese-clip.ts";
export { createCocoReader } from "./formats/coco.ts";
export { createFlickrReader } from "./formats/flickr.ts";
export { createKarpathyReader, type KarpathyReaderOptions } from "./formats/karpathy.ts";
export { createTrecReader } from "./formats/trec.ts";
export { createVseReader } from "./formats/vse.ts";
export {
  type JudgedPair,
  type JudgedPairs,
  readJudgements,
} from "./judgements/read-judgements.ts";
export {
  readTrecQrels,
  readTrecRun,
  type TrecQrels,
  type TrecRun,
} from "./judgements/read-trec-files.ts";
export {
  type RejudgedDataset,
  type WithJudgementsOptions,
  withJudgements,
} from "./judgements/with-judgements.ts";
export { type OpenDatasetOptions, openDataset } from "./open-dataset.ts";
export { type LimitCaptionsOptions, limitCaptions } from "./protocol/limit-captions.ts";
export { createFormatReaders, createReaders } from "./readers.ts";
export { type SplitResult, splitDataset } from "./split/split-dataset.ts";
export type { SplitOptions } from "./split/split-options.ts";
export { createTableReader } from "./table/create-table-reader.ts";
export { type DatasetFromTableOptions, datasetFromTable } from "./table/dataset-from-table.ts";
export { imageReferences } from "./table/image-references.ts";
export { type ReadTableOptions, readTable } from "./table/read-table.ts";
export type { LocatedTable } from "./table/table-columns.ts";
export type { TableFormat } from "./table/table-format.ts";
export type { RowSource } from "./table/table-rows.ts";
