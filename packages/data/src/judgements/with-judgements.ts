import { createHash } from "node:crypto";
import { type Dataset, DatasetError, type Judgement } from "@semblance/core";
import type { JudgedPair, JudgedPairs } from "./read-judgements.ts";

/** Options of {@link withJudgements}. */
export interface WithJudgementsOptions {
  /** What becomes of the dataset's own judgements. @defaultValue `"add"` */
  readonly mode?: "add" | "replace";
}

/** A dataset with other judgements, and how well they fit. */
export interface RejudgedDataset {
  readonly dataset: Dataset;
  /** Whether the first id of each pair is an image's. */
  readonly from: "image" | "text";
  /** Judgements of items that the dataset has. */
  readonly matched: number;
  /** Those that name an item which it has not; they are left out. */
  readonly unmatched: number;
  /** Matched pairs that the dataset did not judge. */
  readonly added: number;
}

/**
 * A view of a dataset with the judgements of a file beside its own, or in place of them. Where both judge
 * a pair the higher relevance holds. In a split they are those between its items.
 *
 * Files do not say which ids are images': that is what fits more pairs. A judgement counts in both
 * directions. ECCV Caption's two maps have queries of their own, so that each is to be measured by
 * itself, in place of the dataset's: `image_to_caption` gives its `i2t` figures, the other its `t2i`.
 *
 * @throws {@link DatasetError} `JUDGEMENTS_UNRELATED` when no pair fits.
 */
export async function withJudgements(
  dataset: Dataset,
  judged: JudgedPairs,
  options: WithJudgementsOptions = {},
): Promise<RejudgedDataset> {
  const { mode = "add" } = options;
  const ids = { image: await idsOf(dataset, "image"), text: await idsOf(dataset, "text") };
  const asImage = matchedPairs(judged.pairs, "image", ids);
  const asText = matchedPairs(judged.pairs, "text", ids);
  const from = asImage.length > asText.length ? "image" : "text";
  const matched = from === "image" ? asImage : asText;
  if (matched.length === 0) throw unrelated(dataset, judged);
  const own = new Set<string>();
  for await (const judgement of dataset.judgements()) own.add(keyOf(judgement));
  return {
    dataset: viewOf(dataset, matched, mode),
    from,
    matched: matched.length,
    unmatched: judged.pairs.length - matched.length,
    added: matched.filter((judgement) => !own.has(keyOf(judgement))).length,
  };
}

type Ids = Readonly<Record<"image" | "text", ReadonlySet<string>>>;

async function idsOf(
  dataset: Dataset,
  modality: "image" | "text",
  options: { readonly split?: string } = {},
): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const { id } of dataset.items(modality, options)) ids.add(id);
  return ids;
}

function matchedPairs(pairs: readonly JudgedPair[], from: "image" | "text", ids: Ids): Judgement[] {
  const judgements = pairs.map(({ from: query, to, relevance }) =>
    from === "image"
      ? { image: query, text: to, relevance }
      : { image: to, text: query, relevance },
  );
  return judgements.filter((judgement) => isOf(judgement, ids));
}

function isOf({ image, text }: Judgement, ids: Ids): boolean {
  return ids.image.has(image) && ids.text.has(text);
}

function viewOf(
  dataset: Dataset,
  judgements: readonly Judgement[],
  mode: "add" | "replace",
): Dataset {
  return {
    name: dataset.name,
    splits: dataset.splits,
    failures: dataset.failures,
    get hash() {
      return createHash("sha256")
        .update(JSON.stringify([dataset.hash, mode, judgements]))
        .digest("hex");
    },
    items: (modality, options) => dataset.items(modality, options),
    async *judgements(options = {}) {
      const ids = {
        image: await idsOf(dataset, "image", options),
        text: await idsOf(dataset, "text", options),
      };
      const highest = new Map<string, Judgement>();
      const add = (judgement: Judgement) => {
        const key = keyOf(judgement);
        const earlier = highest.get(key)?.relevance ?? Number.NEGATIVE_INFINITY;
        if (judgement.relevance > earlier) highest.set(key, judgement);
      };
      if (mode === "add") for await (const own of dataset.judgements(options)) add(own);
      for (const judgement of judgements) if (isOf(judgement, ids)) add(judgement);
      yield* highest.values();
    },
  };
}

function keyOf({ text, image }: Judgement): string {
  return JSON.stringify([text, image]);
}

function unrelated(dataset: Dataset, { source, pairs }: JudgedPairs): DatasetError {
  const [pair] = pairs;
  const example = pair === undefined ? "" : `, such as ${pair.from} and ${pair.to},`;
  return new DatasetError({
    code: "JUDGEMENTS_UNRELATED",
    message: `None of the ${pairs.length} pairs in ${source}${example} is of an image and a text of ${dataset.name}.`,
    fix: "Read the data with the ids that the judgements have: of COCO's, Karpathy's file has COCO's ids.",
    position: { file: source },
  });
}
