import { type Cell, ConfigError } from "@semblance/core";

/** Which tower a column's cells go to. */
export type Modality = "image" | "text";

/** A column and what it holds. */
export interface ColumnSpec {
  readonly column: string;
  readonly type: Modality;
}

const imageNames =
  /^(image|img|photo|picture|pic)s?(_?(path|file|url))?$|^(file|filename|filepath|path)s?$/i;
const textNames = /^(caption|text|title|sentence|description|alt|prompt)s?$/i;
const imageCell = /^data:image\/|\.(jpe?g|png|webp|gif|tiff?|bmp|avif|heic)(\?.*)?$/i;

/**
 * What a column holds, from its name or, where that is none of the usual ones, from its first cell.
 *
 * @throws {@link ConfigError} with code `COLUMN_TYPE_UNKNOWN`, which shows how to say it.
 */
export function resolveColumn(spec: string | ColumnSpec, cells: readonly Cell[] = []): ColumnSpec {
  if (typeof spec !== "string") return spec;
  const type = modalityOfName(spec) ?? modalityOfCell(cells) ?? modalityOfNamePart(spec);
  if (type !== undefined) return { column: spec, type };
  throw new ConfigError({
    code: "COLUMN_TYPE_UNKNOWN",
    message: `Neither its name nor its cells say whether the column "${spec}" holds images or texts.`,
    fix: `Say it: { column: "${spec}", type: "image" } or { column: "${spec}", type: "text" }.`,
  });
}

function modalityOfName(name: string): Modality | undefined {
  if (imageNames.test(name)) return "image";
  return textNames.test(name) ? "text" : undefined;
}

function modalityOfCell(cells: readonly Cell[]): Modality | undefined {
  const cell = cells.find((candidate) => typeof candidate === "string" && candidate.trim() !== "");
  if (typeof cell !== "string") return undefined;
  if (imageCell.test(cell.trim())) return "image";
  return /\s/.test(cell.trim()) ? "text" : undefined;
}

// Without cells to look at, or with single words: what the name reminds of.
function modalityOfNamePart(name: string): Modality | undefined {
  const isImage = /image|photo|picture/i.test(name);
  const isText = /caption|text|title|description/i.test(name);
  if (isImage === isText) return undefined;
  return isImage ? "image" : "text";
}
