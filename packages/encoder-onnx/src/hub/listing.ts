import { parseConfig } from "@semblance/core";
import { z } from "zod";
import { invalidAnswerError, refusedError, toAnswer } from "./error.ts";
import { isCommit, isSafePath } from "./id.ts";
import { sendHubRequest } from "./request.ts";
import { retry } from "./retry.ts";
import type { HubSettings } from "./settings.ts";

/** A file of a repository, as the hub describes it. */
export interface HubFile {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  /** Bytes; absent where the listing does not say. */
  readonly size?: number;
  /** SHA-256 for large files, git's SHA-1 of the blob for others; the name of the blob in the cache. */
  readonly etag?: string;
}

/** A file whose size and hash are known. */
export type DescribedFile = Required<HubFile>;

/** What a repository holds at a revision. */
export interface HubListing {
  /** The commit that the revision stands for. */
  readonly commit: string;
  readonly files: readonly HubFile[];
}

/** Which repository is asked, and how. */
export interface HubTarget {
  readonly id: string;
  readonly revision: string;
  readonly settings: HubSettings;
  readonly signal?: AbortSignal | undefined;
}

const modelInfo = z.object({
  sha: z.string().refine(isCommit, "expected a commit"),
  siblings: z.array(
    z.object({
      rfilename: z.string().refine(isSafePath, "expected a relative path"),
      size: z.int().nonnegative().nullish(),
      blobId: z.string().nullish(),
      lfs: z.object({ sha256: z.string(), size: z.int().nonnegative() }).nullish(),
    }),
  ),
});

/**
 * Asks the hub what a repository holds.
 *
 * @throws ModelError `MODEL_NOT_FOUND`, `MODEL_FORBIDDEN`, `HUB_UNREACHABLE`, `HUB_ANSWER_INVALID`.
 * @see https://huggingface.co/docs/hub/api
 */
export async function listRepository(target: HubTarget): Promise<HubListing> {
  const { id, revision, settings } = target;
  const what = `${id} at ${revision}`;
  const path = `api/models/${id}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const answer = await askHub({ target, url: `${settings.endpoint}/${path}`, what });
  const { sha, siblings } = parseAnswer({ schema: modelInfo, what }, answer);
  if (isCommit(revision) && sha !== revision) {
    throw invalidAnswerError({ what, problem: `it gives the commit ${sha}` });
  }
  const files = siblings.map(({ rfilename, size, blobId, lfs }) => {
    const bytes = lfs?.size ?? size;
    const etag = lfs?.sha256 ?? blobId;
    const isKnown = typeof bytes === "number" && typeof etag === "string" && isEtag(etag);
    return { path: rfilename, ...(isKnown && { size: bytes, etag }) };
  });
  return { commit: sha, files };
}

/** Whether a text is a hash as the hub names contents by: SHA-256, or SHA-1. It becomes a file name. */
export function isEtag(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** Asks the hub's API a question; gives the JSON of its answer, unchecked. */
export async function askHub(options: {
  readonly target: Pick<HubTarget, "settings" | "signal">;
  readonly url: string;
  readonly what: string;
}): Promise<unknown> {
  const { url, what } = options;
  const { settings, signal } = options.target;
  const attempt = async () => {
    const response = await sendHubRequest({ url, what, settings, signal });
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    if (response.status === 200) return Buffer.concat(chunks).toString("utf8");
    throw refusedError(what, toAnswer(response, settings));
  };
  const text = await retry({ what, url, settings, signal, attempt });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalidAnswerError({ what, problem: "it is not JSON", cause });
  }
}

/**
 * Checks an answer of the API against a schema.
 *
 * @throws ModelError `HUB_ANSWER_INVALID`.
 */
export function parseAnswer<Schema extends z.ZodType>(
  { schema, what }: { readonly schema: Schema; readonly what: string },
  answer: unknown,
): z.output<Schema> {
  try {
    return parseConfig(schema, answer, "answer");
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw invalidAnswerError({ what, problem, cause });
  }
}
