import { createHash } from "node:crypto";
import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type RunOptions, withoutUndefined } from "@semblance/core";
import { elementsOf, firstText, membersOf } from "../source/json-values.ts";
import { readLines } from "../source/read-lines.ts";
import { unpackOnce } from "../source/unpack-once.ts";
import { imageReferences } from "../table/image-references.ts";
import type { RowImage } from "./add-sample-row.ts";
import { imageExtension } from "./image-extension.ts";
import type { ParquetFile } from "./parquet-file.ts";

/** Options of {@link readParquetImages}. */
export interface ParquetImageOptions extends RunOptions {
  readonly cacheFolder?: string | undefined;
}

const listName = "images.jsonl";

/**
 * The pictures of a column of bytes, row by row. They are unpacked once into a folder of the cache, each
 * under the hash of its bytes: see {@link unpackOnce}. A row's id is the path that it has there, else
 * that hash.
 */
export async function* readParquetImages(
  file: ParquetFile,
  column: string,
  options: ParquetImageOptions,
): AsyncGenerator<RowImage | undefined, void, undefined> {
  const { cacheFolder, signal } = options;
  const folder = await unpackOnce({
    file: file.path,
    ...withoutUndefined({ cacheFolder, signal }),
    async unpack(unpacked) {
      await using list = await open(join(unpacked, listName), "w");
      for await (const row of file.rows([column], options)) {
        await list.writeFile(`${JSON.stringify(await unpackCell(row[column], unpacked))}\n`);
      }
    },
  });
  for await (const { text } of readLines(join(folder, listName), withoutUndefined({ signal }))) {
    const { id, names }: ListedImage = JSON.parse(text);
    yield id === undefined ? undefined : { id, content: names.map((name) => join(folder, name)) };
  }
}

interface ListedImage {
  /** None where the row has no picture. */
  readonly id?: string;
  /** In the unpacked folder. */
  readonly names: readonly string[];
}

async function unpackCell(cell: unknown, folder: string): Promise<ListedImage> {
  const names: string[] = [];
  const ids: string[] = [];
  for (const part of elementsOf(cell) ?? [cell]) {
    const members = part instanceof Uint8Array ? { bytes: part } : (membersOf(part) ?? {});
    const { bytes } = members;
    if (!(bytes instanceof Uint8Array) || bytes.length === 0) continue;
    const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
    const name = `${hash}${imageExtension(bytes)}`;
    await writeFile(join(folder, name), bytes);
    names.push(name);
    ids.push(("path" in members ? firstText(members.path) : undefined) ?? hash);
  }
  return names.length === 0 ? { names } : { id: ids.join(";"), names };
}

/** The pictures of a cell that holds paths or addresses. */
export function referencedImage(cell: unknown, folder: string): RowImage | undefined {
  const parts = (elementsOf(cell) ?? [cell]).flatMap((part) => firstText(part) ?? []);
  const content = parts.flatMap((part) => imageReferences(part, folder));
  return content.length === 0 ? undefined : { id: parts.join(";"), content };
}
