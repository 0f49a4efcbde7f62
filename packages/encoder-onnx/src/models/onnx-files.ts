import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ModelError } from "@semblance/core";
import type { Dtype } from "./dtype.ts";
import {
  graphNames,
  isGraphOf,
  layoutOf,
  type ModelLayout,
  type TowerName,
} from "./model-layout.ts";

const towers: readonly TowerName[] = ["vision", "text"];

/** The files of a model folder that decide how it is read: its own, and those in the towers' folders. */
export async function listModelFiles(folder: string): Promise<readonly string[]> {
  const folders = ["", "onnx/", "visual/", "textual/"];
  const lists = await Promise.all(
    folders.map(async (name) => (await namesIn(join(folder, name))).map((file) => name + file)),
  );
  return lists.flat().sort();
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw error;
  });
}

/** Where towers are looked for. */
export interface TowerSearch {
  /** Absolute. */
  readonly folder: string;
  readonly layout: ModelLayout;
  /** As {@link listModelFiles} gives them. */
  readonly present: readonly string[];
  /** What `semblance.json` lists, there or not. */
  readonly listed: readonly string[];
}

/** The precision that `"auto"` stands for: the first of `order` that every tower of the folder has. */
export function chooseDtype(search: TowerSearch, order: readonly Dtype[]): Dtype {
  const stems = towers.flatMap((tower) => stemOf(search, tower) ?? []);
  const chosen = order.find((dtype) => stems.every((stem) => findGraph(search, stem, dtype)));
  if (chosen !== undefined) return chosen;
  const graphs = stems.flatMap((stem) => search.present.filter((file) => isGraphOf(stem, file)));
  throw missingFile(search.folder, stems.flatMap((stem) => graphNames(stem, "fp32"))[0], graphs);
}

/**
 * The files that a tower is made of: its graph, then the files with weights beside it. A tower that has
 * no graph of its own is in the one that has both, where there is one.
 *
 * @returns Paths in the folder; none when the folder has nothing of the tower in any precision.
 * @throws ModelError `MODEL_FILE_MISSING` when there are other precisions only, or a listed file is gone.
 */
export function partsOfTower(
  search: TowerSearch,
  tower: TowerName,
  dtype: Dtype,
): readonly string[] {
  const { folder, present, listed } = search;
  const stem = stemOf(search, tower);
  if (stem === undefined) return [];
  const name = findGraph(search, stem, dtype);
  if (name === undefined) {
    const others = present.filter((file) => isGraphOf(stem, file));
    throw missingFile(folder, graphNames(stem, dtype)[0], others);
  }
  // Large weights lie beside the graph: vision_model.onnx_data, vision_model.onnx.data.
  const parts = [...new Set([...present, ...listed])].filter((part) => part.startsWith(name));
  const gone = parts.find((part) => !present.includes(part));
  if (gone !== undefined) throw missingFile(folder, gone, []);
  return parts.sort();
}

/**
 * The ONNX files that a folder's towers are made of in a precision: the graphs, and the weights that
 * lie beside them (`vision_model.onnx.data`, `vision_model.onnx_data`). Nothing is read but their names.
 *
 * @returns Absolute paths, sorted; of one tower where the folder has one.
 * @throws ModelError `MODEL_FILE_MISSING` when a tower is there in other precisions only, or none is.
 */
export async function onnxFilesOf(folder: string, dtype: Dtype): Promise<readonly string[]> {
  const root = resolve(folder);
  const present = await listModelFiles(root);
  const layout = layoutOf(present);
  const search = { folder: root, layout, present, listed: [] };
  const parts = new Set(towers.flatMap((tower) => partsOfTower(search, tower, dtype)));
  if (parts.size === 0) {
    throw missingFile(root, graphNames(layout.stems.vision[0] ?? "", dtype)[0], []);
  }
  return [...parts].map((part) => join(root, part)).sort();
}

/** Whether a graph of the tower is there, in any precision. */
export function hasTower(search: TowerSearch, tower: TowerName): boolean {
  return stemOf({ ...search, listed: [] }, tower) !== undefined;
}

function stemOf(search: TowerSearch, tower: TowerName): string | undefined {
  const { layout, present, listed } = search;
  const files = [...present, ...listed];
  return [...layout.stems[tower], ...layout.jointStems].find((stem) =>
    files.some((file) => isGraphOf(stem, file)),
  );
}

function findGraph({ present }: TowerSearch, stem: string, dtype: Dtype): string | undefined {
  return graphNames(stem, dtype).find((name) => present.includes(name));
}

function missingFile(folder: string, file = "ONNX file", others: readonly string[]): ModelError {
  const found = others.length === 0 ? "" : ` It has ${others.join(", ")}.`;
  return new ModelError({
    code: "MODEL_FILE_MISSING",
    message: `The model folder ${folder} has no ${file}.${found}`,
    fix:
      others.length === 0
        ? "Export or copy the model again."
        : "Choose a dtype that the folder has: fp32 (no suffix), fp16 (_fp16) or int8 (_quantized, _int8).",
  });
}
