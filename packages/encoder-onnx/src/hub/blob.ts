import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { corruptError, refusedError, toAnswer } from "./error.ts";
import type { DescribedFile } from "./listing.ts";
import { claimPartial, releasePartial, removeLeftParts } from "./partial.ts";
import { type HubResponse, sendHubRequest } from "./request.ts";
import { retry, TransientError } from "./retry.ts";
import type { HubSettings } from "./settings.ts";

/** Which file is fetched, and to where. */
export interface BlobRequest {
  readonly file: DescribedFile;
  readonly url: string;
  /** `blobs` of the model in the cache. */
  readonly blobFolder: string;
  readonly settings: HubSettings;
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of bytes that are there; it falls when a download has to start again. */
  readonly onLength?: (length: number) => void;
}

/**
 * Brings a file's content into the cache under the name of its hash, unless it is there. A download that
 * was broken off goes on where it stopped; the blob appears whole, and only when its hash is right.
 *
 * @throws ModelError `HUB_UNREACHABLE`, `DOWNLOAD_CORRUPT` (wrong size, or the wrong hash twice),
 * `MODEL_NOT_FOUND`, `MODEL_FORBIDDEN`; errors of the file system as they are.
 */
export async function fetchBlob(request: BlobRequest): Promise<void> {
  const { blobFolder, file } = request;
  const path = join(blobFolder, file.etag);
  const present = await stat(path).catch(() => undefined);
  if (present?.size === file.size) return;
  const partial = await claimPartial(blobFolder, file.etag);
  try {
    const handle = await open(partial.path, "a");
    try {
      await fill({ request, handle, ...(await hashStart(partial.path, file)), furthest: 0 });
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial.path, path);
    await removeLeftParts(path, file.etag);
  } catch (error) {
    await releasePartial(partial.path).catch(() => undefined); // the first error says more
    throw error;
  }
}

/** A blob on its way. */
interface Filling {
  readonly request: BlobRequest;
  /** Open for appending. */
  readonly handle: FileHandle;
  /** Over what is in the file. */
  hash: Hash;
  /** Bytes in the file. */
  length: number;
  /** The most bytes that there have been. */
  furthest: number;
}

async function hashStart(
  path: string,
  file: DescribedFile,
): Promise<Pick<Filling, "hash" | "length">> {
  const hash = startHash(file);
  let length = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk);
    length += chunk.length;
  }
  return { hash, length };
}

// Large files are named by their SHA-256, others as git names a blob.
function startHash({ etag, size }: DescribedFile): Hash {
  return etag.length === 64 ? createHash("sha256") : createHash("sha1").update(`blob ${size}\0`);
}

async function fill(filling: Filling): Promise<void> {
  const { file, url, settings, signal } = filling.request;
  const what = file.path;
  if (filling.length > file.size) await restart(filling);
  // Twice: what an earlier download left may be what is wrong.
  for (let i = 0; i < 2; i++) {
    const attempt = (gotFurther: () => void) => goOn(filling, gotFurther);
    await retry({ what, url, settings, signal, attempt });
    const found = filling.hash.digest("hex");
    if (found === file.etag) return;
    await restart(filling);
    if (i === 1) throw corruptError(what, `its hash is ${found}, not ${file.etag}`);
  }
}

async function restart(filling: Filling): Promise<void> {
  await filling.handle.truncate(0);
  filling.hash = startHash(filling.request.file);
  filling.length = 0;
}

async function goOn(filling: Filling, gotFurther: () => void): Promise<void> {
  const { file, url, settings, signal, onLength } = filling.request;
  onLength?.(filling.length);
  if (filling.length === file.size) return;
  const range = filling.length === 0 ? {} : { range: `bytes=${filling.length}-` };
  const response = await sendHubRequest({ url, what: file.path, settings, signal, headers: range });
  try {
    await placeAt(response, filling);
    for await (const chunk of response.body) {
      await append(filling, chunk);
      onLength?.(filling.length);
      if (filling.length > filling.furthest) gotFurther();
      filling.furthest = Math.max(filling.furthest, filling.length);
    }
  } finally {
    response.cancel();
  }
  if (filling.length === file.size) return;
  throw new TransientError(new Error(`it stopped after ${filling.length} of ${file.size} bytes`));
}

/** Makes the file end where the response begins. */
async function placeAt(response: HubResponse, filling: Filling): Promise<void> {
  const { file, settings } = filling.request;
  const { status, headers } = response;
  if (status === 416) {
    await restart(filling);
    throw new TransientError(new Error("it refuses to go on in the middle of the file"));
  }
  if (status !== 200 && status !== 206) throw refusedError(file.path, toAnswer(response, settings));
  const start = Number(/^bytes (\d+)-/.exec(headers.get("content-range") ?? "")?.[1] ?? 0);
  // 200, or another place than was asked for: a server that knows no ranges, or has its own mind.
  if (status === 200 || start !== filling.length) await restart(filling);
  if (status === 206 && start !== filling.length) {
    throw new TransientError(new Error("it goes on in the wrong place"));
  }
  const announced = Number(headers.get("content-length") ?? Number.NaN) + filling.length;
  if (Number.isNaN(announced) || announced === file.size || headers.has("content-encoding")) return;
  throw corruptError(file.path, `${announced} bytes are announced, not ${file.size}`);
}

async function append(filling: Filling, chunk: Uint8Array): Promise<void> {
  const { file } = filling.request;
  if (filling.length + chunk.length > file.size) {
    await restart(filling);
    throw corruptError(file.path, `more than its ${file.size} bytes came`);
  }
  await filling.handle.appendFile(chunk);
  filling.hash.update(chunk);
  filling.length += chunk.length;
}
