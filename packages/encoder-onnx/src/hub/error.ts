import { ModelError } from "@semblance/core";
import type { HubSettings } from "./settings.ts";

/** An answer of the hub that is no success. */
export interface HubAnswer {
  readonly status: number;
  /** The hub's own name for what is wrong: `GatedRepo`, `RepoNotFound`. */
  readonly errorCode: string | null;
  readonly url: string;
  /** Whether a token went with the request. */
  readonly hasToken: boolean;
}

/** A response as {@link refusedError} takes it. */
export function toAnswer(
  response: Pick<Response, "status" | "headers" | "url">,
  { token }: Pick<HubSettings, "token">,
): HubAnswer {
  const { status, headers, url } = response;
  return { status, url, errorCode: headers.get("x-error-code"), hasToken: token !== undefined };
}

/** What to say of a repository or file that the hub refuses to give. */
export function refusedError(what: string, answer: HubAnswer): ModelError {
  const { status, errorCode, url, hasToken } = answer;
  // To a stranger the hub says 401 for what does not exist too, so as not to tell what is private.
  if (status === 404) return notFoundError(what, answer);
  if (status !== 401 && status !== 403) {
    return new ModelError({
      code: "HUB_UNREACHABLE",
      message: `The hub answered ${status} when asked for ${what} (${url}).`,
      fix: "Try again later.",
    });
  }
  const isGated = errorCode === "GatedRepo" || (status === 403 && errorCode !== "RepoNotFound");
  return new ModelError({
    code: "MODEL_FORBIDDEN",
    message: isGated
      ? `The hub gives ${what} only to those whom its owners let in (${status}).`
      : `The hub does not give ${what} (${status}): it is private, or there is no such repository.`,
    fix: `${isGated ? "Ask for access on the model's page, then give" : "Check the name, or give"} ${hasToken ? "the token of an account that may read it" : "a token"} in HF_TOKEN.`,
  });
}

function notFoundError(what: string, { errorCode, url }: HubAnswer): ModelError {
  const kind = errorCode === "RevisionNotFound" ? "The repository has no such revision: " : "";
  return new ModelError({
    code: "MODEL_NOT_FOUND",
    message: `${kind || "The hub has no "}${what} (${url}).`,
    fix: "Check the spelling and the revision; a local folder is found by its path.",
  });
}

/** The hub cannot be reached, or breaks off again and again. */
export function unreachableError(options: {
  readonly what: string;
  readonly url: string;
  readonly cause: unknown;
}): ModelError {
  const { what, url, cause } = options;
  return new ModelError({
    code: "HUB_UNREACHABLE",
    message: `Cannot get ${what} from ${new URL(url).host}: ${reasonOf(cause)}.`,
    fix: "Check the connection and try again: what has arrived is kept. HF_ENDPOINT names another hub.",
    cause,
  });
}

/** Why a request failed; fetch hides that in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== "" ? cause.message : error.message;
}

/** What arrived is not what the hub says it is. */
export function corruptError(what: string, difference: string): ModelError {
  return new ModelError({
    code: "DOWNLOAD_CORRUPT",
    message: `${what} did not arrive as the hub describes it: ${difference}.`,
    fix: "Try again; if it stays so, a proxy or mirror on the way changes files.",
  });
}

/** Something that the hub says makes no sense. */
export function invalidAnswerError(options: {
  readonly what: string;
  readonly problem: string;
  readonly cause?: unknown;
}): ModelError {
  const { what, problem, cause } = options;
  return new ModelError({
    code: "HUB_ANSWER_INVALID",
    message: `What the hub says of ${what} cannot be used: ${problem}.`,
    fix: "Check that HF_ENDPOINT names a hub with the API of huggingface.co.",
    ...(cause !== undefined && { cause }),
  });
}

/** Not enough room for a download. */
export function diskFullError(folder: string, bytes: number): ModelError {
  return new ModelError({
    code: "DISK_FULL",
    message: `There is not enough room in ${folder}: ${(bytes / 1e6).toFixed(1)} MB are still to come.`,
    fix: roomFix,
  });
}

/** An error of the file system in the cache, typed; other errors as they are. */
export function toCacheError(folder: string, error: unknown): unknown {
  if (!(error instanceof Error && "syscall" in error && "code" in error)) return error;
  const isFull = error.code === "ENOSPC" || error.code === "EDQUOT";
  return new ModelError({
    code: isFull ? "DISK_FULL" : "CACHE_UNUSABLE",
    message: isFull
      ? `The disk filled up while a model was written to ${folder}.`
      : `The cache ${folder} cannot be used: ${error.message}.`,
    fix: isFull ? roomFix : "Name another cache with HF_HUB_CACHE.",
    cause: error,
  });
}

const roomFix = "Make room, or name another cache with HF_HUB_CACHE.";

/** Nothing in the cache, and no request allowed. */
export function notCachedError(options: {
  readonly what: string;
  readonly folder: string;
  /** What was found instead, as sentences. */
  readonly reason?: string | undefined;
}): ModelError {
  const { what, folder, reason } = options;
  return new ModelError({
    code: "MODEL_NOT_CACHED",
    message: `${what} is not in the cache ${folder}, and requests are switched off.${reason === undefined ? "" : ` ${reason}`}`,
    fix: "Open it once without --offline and without HF_HUB_OFFLINE.",
  });
}
