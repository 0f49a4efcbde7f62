import { invalidAnswerError, refusedError, toAnswer } from "./error.ts";
import { type DescribedFile, type HubFile, type HubTarget, isEtag } from "./listing.ts";
import { sendHubRequest } from "./request.ts";
import { retry } from "./retry.ts";

/** Address of a file of a repository; `target.revision` is best a commit. */
export function fileUrl({ id, revision, settings }: HubTarget, path: string): string {
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  return `${settings.endpoint}/${id}/resolve/${encodeURIComponent(revision)}/${encoded}`;
}

/**
 * Size and hash of a file: from the listing, or asked for where a mirror's listing leaves them out.
 *
 * @throws ModelError `HUB_ANSWER_INVALID` where the server does not say them: nothing is taken unchecked.
 */
export async function describeFile(target: HubTarget, file: HubFile): Promise<DescribedFile> {
  const { path, size, etag } = file;
  if (size !== undefined && etag !== undefined) return { path, size, etag };
  const { settings, signal } = target;
  const url = fileUrl(target, path);
  const request = { url, what: path, settings, signal };
  const attempt = async () => {
    // A redirect to storage elsewhere has the facts itself; storage knows other ETags.
    const response = await sendHubRequest({ ...request, method: "HEAD", redirects: "origin" });
    response.cancel();
    if (response.status < 400) return response.headers;
    throw refusedError(path, toAnswer(response, settings));
  };
  return readFacts(path, await retry({ ...request, attempt }));
}

function readFacts(path: string, headers: Headers): DescribedFile {
  const etag = headers.get("x-linked-etag") ?? headers.get("etag") ?? "";
  const hash = etag.replace(/^W\//, "").replaceAll('"', "");
  const size = Number(headers.get("x-linked-size") ?? headers.get("content-length") ?? Number.NaN);
  if (isEtag(hash) && Number.isInteger(size)) return { path, size, etag: hash };
  const problem = `it gives no ${isEtag(hash) ? "size" : "hash"} to check the file by`;
  throw invalidAnswerError({ what: path, problem });
}
