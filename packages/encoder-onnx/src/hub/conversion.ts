import { z } from "zod";
import { askHub, type HubListing, type HubTarget, listRepository, parseAnswer } from "./listing.ts";

// The hub's own converter, as transformers trusts it: anybody may propose a change with that title.
const converter = "SFconvertbot";

const discussions = z.object({
  discussions: z.array(
    z.object({
      num: z.int().positive(),
      status: z.string(),
      isPullRequest: z.boolean(),
      author: z.object({ name: z.string() }).nullish(),
    }),
  ),
});

/**
 * Looks for the branch on which the hub's converter put `model.safetensors` beside the pickle of a
 * repository: `refs/pr/<number>`. Only a conversion of the pickle that the revision has now counts.
 *
 * @returns The branch's listing, or `undefined` where there is no such branch.
 * @see https://huggingface.co/docs/safetensors/convert-weights
 */
export async function findConversion(
  target: HubTarget,
  original: HubListing,
): Promise<HubListing | undefined> {
  const { id, settings } = target;
  const query = `type=pull_request&status=open&author=${converter}&p=0`;
  const what = `conversions of ${id}`;
  const url = `${settings.endpoint}/api/models/${id}/discussions?${query}`;
  const answer = await askHub({ target, url, what });
  const found = parseAnswer({ schema: discussions, what }, answer).discussions.filter(
    ({ status, isPullRequest, author }) =>
      isPullRequest && status === "open" && author?.name === converter,
  );
  for (const { num } of found) {
    const listing = await listRepository({ ...target, revision: `refs/pr/${num}` });
    if (hasSamePickle(original, listing)) return listing;
  }
  return undefined;
}

function hasSamePickle(one: HubListing, other: HubListing): boolean {
  const etagIn = ({ files }: HubListing) =>
    files.find(({ path }) => path === "pytorch_model.bin")?.etag;
  return etagIn(one) !== undefined && etagIn(one) === etagIn(other);
}
