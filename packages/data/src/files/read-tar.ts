import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { DatasetError, type RunOptions } from "@semblance/core";
import { createTarDecoder } from "modern-tar";
import { fileUnreadable } from "../source/file-errors.ts";
import { sizeOf } from "../source/read-text-blocks.ts";

/** A file in an archive. */
export interface TarMember {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Options of {@link readTar}. */
export interface ReadTarOptions extends RunOptions {
  /** Which members to give; the others are skipped. */
  wants(name: string): boolean;
}

/**
 * Streams the files of a tar archive, also one in gzip; memory is bounded by the largest of them.
 *
 * @throws {@link DatasetError} `FILE_NOT_FOUND`, `FILE_UNREADABLE` or `ARCHIVE_INVALID`: no such
 * archive, a damaged one, or one that ends too early.
 */
export async function* readTar(
  file: string,
  options: ReadTarOptions,
): AsyncGenerator<TarMember, void, undefined> {
  const bytes = await openBytes(file, options);
  const entries = bytes.pipeThrough(createTarDecoder({ strict: true }));
  const reader = entries.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const { header, body } = value;
      if (header.type !== "file" || !options.wants(header.name)) await body.cancel();
      else yield { name: header.name, bytes: await bytesOf(body) };
    }
  } catch (cause) {
    options.signal?.throwIfAborted();
    throw DatasetError.isInstance(cause) ? cause : invalidArchive(file, reasonOf(cause), cause);
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function bytesOf(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(body).arrayBuffer());
}

async function openBytes(
  file: string,
  { signal, onProgress }: RunOptions,
): Promise<ReadableStream<Uint8Array>> {
  const total = await sizeOf(file);
  const compression = compressionOf(await readBeginning(file));
  if (compression !== undefined && compression !== "gzip") {
    throw invalidArchive(file, `it is compressed with ${compression}; only gzip is read`);
  }
  const stored = createReadStream(file, { highWaterMark: 1 << 18, ...(signal && { signal }) });
  let done = 0;
  stored.on("data", (chunk) => {
    done += chunk.length;
    onProgress?.({ stage: "unpacking images", done, total, unit: "bytes" });
  });
  // An error reaches the reader by the stream that it reads.
  const bytes = compression === "gzip" ? pipeline(stored, createGunzip(), () => {}) : stored;
  // Node's type of a web stream and the DOM's, for those who compile with it, are not the same.
  return Readable.toWeb(bytes) as ReadableStream<Uint8Array>;
}

const beginnings = [
  ["gzip", [0x1f, 0x8b]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ["bzip2", [0x42, 0x5a, 0x68]],
] as const;

function compressionOf(bytes: Uint8Array): string | undefined {
  return beginnings.find(([, first]) => first.every((byte, i) => bytes[i] === byte))?.[0];
}

/** Whether a file begins as a tar archive, or one in gzip. */
export async function isTar(file: string): Promise<boolean> {
  const bytes = await readBeginning(file).catch(() => new Uint8Array());
  const magic = new TextDecoder().decode(bytes.subarray(257, 262));
  return magic === "ustar" || compressionOf(bytes) !== undefined;
}

async function readBeginning(file: string): Promise<Uint8Array> {
  try {
    await using handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    throw fileUnreadable(file, cause);
  }
}

function reasonOf(cause: unknown): string {
  // That of a broken gzip stream is empty.
  const reason = cause instanceof Error ? cause.message : String(cause);
  return reason.replace(/\.$/, "") || "it is damaged, or ends too early";
}

function invalidArchive(file: string, reason: string, cause?: unknown): DatasetError {
  return new DatasetError({
    code: "ARCHIVE_INVALID",
    message: `${file} cannot be read as a tar archive: ${reason}.`,
    fix: "Fetch or write the archive again, as plain tar or with gzip.",
    position: { file },
    cause,
  });
}
