import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DatasetError } from "@semblance/core";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { z } from "zod";
import type { Modality } from "./embed-facts.ts";
import { vectorNames } from "./embed-paths.ts";

const rowsWithId = z.array(z.looseObject({ id: z.string() }));

/**
 * The ids of the rows of a `.npy` file that `semblance embed` wrote, from the listing that it wrote
 * with it; `undefined` for any other `.npy` file.
 *
 * @throws {@link DatasetError} with code `PARQUET_INVALID` for a listing that cannot be read.
 */
export async function readRowIds(
  vectors: string,
  side: Modality,
): Promise<readonly string[] | undefined> {
  const listing = listingOf(vectors, side);
  if (listing === undefined || (await stat(listing).catch(() => undefined)) === undefined) {
    return undefined;
  }
  try {
    const file = await asyncBufferFromFile(listing);
    const { schema } = await parquetMetadataAsync(file);
    if (!schema.some(({ name }) => name === "id")) return undefined;
    return rowsWithId
      .parse(await parquetReadObjects({ file, columns: ["id"] }))
      .map(({ id }) => id);
  } catch (cause) {
    const message = `Cannot read ${listing}, which lists the rows of ${vectors}.`;
    const fix = "Embed again, or move the .npy file to a folder of its own.";
    throw new DatasetError({ code: "PARQUET_INVALID", message, fix, cause });
  }
}

/** `metadata/image_3.parquet` for `img_emb/img_emb_3.npy`. */
function listingOf(vectors: string, side: Modality): string | undefined {
  const prefix = `${vectorNames[side]}_`;
  const name = basename(vectors, ".npy");
  const number = name.startsWith(prefix) ? name.slice(prefix.length) : "";
  if (!/^\d+$/.test(number)) return undefined;
  return join(dirname(vectors), "..", "metadata", `${side}_${number}.parquet`);
}
