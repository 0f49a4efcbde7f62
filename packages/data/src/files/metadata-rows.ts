import { extname } from "node:path";
import { type RunOptions, withoutUndefined } from "@semblance/core";
import { readJsonLineEntries } from "../formats/json-line-entries.ts";
import type { Place } from "../formats/reading.ts";
import { readTable } from "../table/read-table.ts";
import { openParquet } from "./parquet-file.ts";

/** A row of a list of files. */
export interface MetadataRow {
  readonly cells: Readonly<Record<string, unknown>>;
  readonly place: Place;
}

/** The rows of a `metadata.jsonl`, `metadata.csv` or `metadata.parquet`. */
export async function* readMetadataRows(
  file: string,
  options: RunOptions,
): AsyncGenerator<MetadataRow, void, undefined> {
  if (extname(file) === ".parquet") {
    const table = await openParquet(file);
    let index = 0;
    for await (const cells of table.rows(table.columns, options)) {
      yield { cells, place: placeOf(index, `${file}, row ${index} (from 0)`, cells) };
      index++;
    }
  } else if (extname(file) === ".csv") {
    const { columns, length, lines } = await readTable(file, options);
    for (let index = 0; index < length; index++) {
      const cells = withoutUndefined(
        Object.fromEntries(Object.entries(columns).map(([name, own]) => [name, own[index]])),
      );
      yield { cells, place: placeOf(index, `${file}:${lines[index]}`, cells) };
    }
  } else {
    for await (const { place, members } of readJsonLineEntries(file, options)) {
      yield { cells: members, place };
    }
  }
}

function placeOf(index: number, where: string, cells: MetadataRow["cells"]): Place {
  return { index, where, input: String(cells.file_name ?? "") };
}
