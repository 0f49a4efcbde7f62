import { dirname } from "node:path";
import type { DatasetError } from "@semblance/core";
import { elementsOf, membersOf } from "../source/json-values.ts";
import { readJson } from "../source/read-json.ts";
import { createTableError } from "../source/table-error.ts";
import { findImageFolder } from "./find-image-folder.ts";
import type { FormatOptions } from "./format-reader.ts";
import type { Place } from "./reading.ts";

/** An object of a list in a JSON document. */
export interface Entry {
  readonly place: Place;
  /** Empty where the entry is no object. */
  readonly members: Readonly<Record<string, unknown>>;
}

/** A JSON document with lists. */
export interface JsonDocument {
  /** The list under `key`. @throws {@link DatasetError} `INVALID_DOCUMENT` where there is none. */
  entriesOf(key: string): Generator<Entry, void, undefined>;
}

/** Whether the beginning of a text is that of a JSON object with a list under `key`, and no JSON line. */
export function beginsWithList(beginning: string, key: string): boolean {
  return /^\s*\{/.test(beginning) && new RegExp(`"${key}"\\s*:\\s*\\[`).test(beginning);
}

/** Reads a JSON document whose members are lists of objects. */
export async function readJsonDocument(
  source: string,
  options: FormatOptions,
): Promise<JsonDocument> {
  const document = membersOf(await readJson(source, options)) ?? {};
  return {
    *entriesOf(key) {
      const list = elementsOf(document[key]);
      if (list === undefined) throw invalidDocument(source, key);
      for (const [index, value] of list.entries()) {
        const place = { index, where: `${source}, ${key}[${index}]`, input: value };
        yield { place, members: membersOf(value) ?? {} };
      }
    },
  };
}

/** {@link findImageFolder} beside the document, for the paths of its images. */
export function imageFolderOf(
  source: string,
  options: FormatOptions,
  paths: readonly (string | undefined)[],
): Promise<string> {
  const { baseFolder } = options;
  const known = paths.filter((path) => path !== undefined);
  return findImageFolder({ folder: dirname(source), baseFolder, paths: known });
}

function invalidDocument(file: string, key: string): DatasetError {
  return createTableError({
    code: "INVALID_DOCUMENT",
    message: `the document has no list ${JSON.stringify(key)}.`,
    fix: "Name another reader, or give the file as it was published.",
    position: { file },
  });
}
