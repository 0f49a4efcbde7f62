import { type FileHandle, open } from "node:fs/promises";
import { type Embeddings, encodeNpyHeader } from "@semblance/core";

/** Where vectors and the listing of their rows go. */
export interface EmbeddingPaths {
  /** `.npy`, float32. */
  readonly vectors: string;
  /** `.jsonl`: `{ "row": 0, "id": … }` per row. */
  readonly listing: string;
}

/** Writes vectors as they come; the `.npy` header, which counts them, is written on disposal. */
export interface EmbeddingWriter extends AsyncDisposable {
  readonly rows: number;
  write(embeddings: Embeddings, ids: readonly string[]): Promise<void>;
}

/** Opens both files, emptying what was there. */
export async function createEmbeddingWriter(
  paths: EmbeddingPaths,
  dimension: number,
): Promise<EmbeddingWriter> {
  const vectors = await open(paths.vectors, "w");
  const listing = await open(paths.listing, "w");
  let rows = 0;
  const writeHeader = () =>
    vectors.write(encodeNpyHeader("<f4", [rows, dimension]), 0, undefined, 0);
  let position = (await writeHeader()).bytesWritten;
  return {
    get rows() {
      return rows;
    },
    async write({ data }, ids) {
      position = await writeAll(vectors, data, position);
      const lines = ids.map((id, i) => `${JSON.stringify({ row: rows + i, id })}\n`);
      await listing.appendFile(lines.join(""));
      rows += ids.length;
    },
    async [Symbol.asyncDispose]() {
      await writeHeader();
      await vectors.close();
      await listing.close();
    },
  };
}

// A single write may take less than it is given.
async function writeAll(file: FileHandle, data: Float32Array, position: number): Promise<number> {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let done = 0;
  while (done < bytes.length) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
  return position + done;
}
