import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatasetError } from "@semblance/core";
import { firstText, membersOf } from "../source/json-values.ts";
import { readJson } from "../source/read-json.ts";
import { resolveImage } from "../table/image-references.ts";
import { findImageFolder } from "./find-image-folder.ts";
import type { FormatOptions } from "./format-reader.ts";

/** The absolute path of the image with this id; `undefined` for an id that has none. */
export type PathOfId = (id: string) => string | undefined;

/**
 * The paths that `id_mapping.json` in `folder` or above it gives. Without one the ids must be paths
 * themselves.
 *
 * @throws {@link DatasetError} `MAPPING_NOT_FOUND` when there is none and `firstId` is no path.
 */
export async function readIdMapping(
  folder: string,
  firstId: string,
  options: FormatOptions,
): Promise<PathOfId> {
  const file = await findMapping(folder);
  if (file === undefined && !/\.\w+$/.test(firstId)) throw mappingNotFound(folder, firstId);
  const mapping = file === undefined ? undefined : (membersOf(await readJson(file, options)) ?? {});
  const pathOf = (id: string) => (mapping === undefined ? id : firstText(mapping[id]));
  const first = pathOf(firstId);
  const images = await findImageFolder({
    folder: file === undefined ? folder : dirname(file),
    baseFolder: options.baseFolder,
    paths: first === undefined ? [] : [first],
  });
  return (id) => {
    const path = pathOf(id);
    return path === undefined ? undefined : resolveImage(path, images);
  };
}

async function findMapping(folder: string): Promise<string | undefined> {
  for (const parent of [folder, dirname(folder)]) {
    const file = join(parent, "id_mapping.json");
    if (await stat(file).catch(() => undefined)) return file;
  }
  return undefined;
}

function mappingNotFound(folder: string, id: string): DatasetError {
  return new DatasetError({
    code: "MAPPING_NOT_FOUND",
    message: `Neither ${folder} nor the folder above it holds an id_mapping.json that gives the path of image ${id}.`,
    fix: 'Put one there: {"391895": "val2014/COCO_val2014_000000391895.jpg"}.',
    position: { file: join(folder, "id_mapping.json") },
  });
}
