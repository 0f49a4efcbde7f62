import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeNpyEmbeddings, type Embeddings, type EncodedPairs } from "@semblance/core";
import { evaluateRetrieval } from "@semblance/eval";
import { semanticSearch } from "@semblance/search";
import { describe, expect, test } from "vitest";
import { sharedFolder } from "#shared";

type Direction = "text_to_image" | "image_to_text";

type Hits = readonly { readonly response_id: number; readonly score: number }[];

/** What AutoGluon 1.6.3 printed for the 100 photos and 500 captions of the test split. */
interface AutoGluonOracle {
  readonly metrics: Readonly<Record<Direction, Readonly<Record<string, number>>>>;
  readonly search_text_to_image_first20_top5: readonly Hits[];
  readonly search_image_to_text_first20_top5: readonly Hits[];
}

type ExpectedMetrics = Readonly<Record<"t2i" | "i2t", Readonly<Record<string, number>>>>;

const oracles = sharedFolder("oracle") ?? "";
const clip = join(oracles, "tiny-clip");

describe.skipIf(oracles === "")("AutoGluon's own embeddings", () => {
  test.each([
    ["t2i", "text_to_image"],
    ["i2t", "image_to_text"],
  ] as const)("give its recall, precision and ndcg (%s)", async (ours, theirs) => {
    const oracle = await readJson<AutoGluonOracle>(join(clip, "automm/oracle.json"));
    const { metrics } = await evaluateRetrieval(await readPairs(join(clip, "automm")));
    const names = ["recall", "precision", "ndcg"].flatMap((name) =>
      [1, 5, 10].map((k) => `${name}@${k}`),
    );
    const found = names.map((name) => (metrics[`${ours}.${name}`]?.value ?? 0).toFixed(5));
    expect(found).toEqual(names.map((name) => oracle.metrics[theirs][name]?.toFixed(5)));
  });

  test.each([
    ["text_to_image", "text", "image"],
    ["image_to_text", "image", "text"],
  ] as const)("give the hits of its semantic_search (%s)", async (direction, query, gallery) => {
    const oracle = await readJson<AutoGluonOracle>(join(clip, "automm/oracle.json"));
    const pairs = await readPairs(join(clip, "automm"));
    const expected = oracle[`search_${direction}_first20_top5`];
    const found = await semanticSearch({ queries: pairs[query], gallery: pairs[gallery], topK: 5 });
    expect(expected).toHaveLength(20);
    for (const [i, hits] of expected.entries()) {
      expect(found[i]?.map(({ row }) => row)).toEqual(hits.map((hit) => hit.response_id));
      const apart = hits.map((hit, j) => Math.abs(hit.score - (found[i]?.[j]?.score ?? 9)));
      expect(Math.max(...apart)).toBeLessThanOrEqual(1e-5);
    }
  });
});

describe.skipIf(oracles === "")("the embeddings of transformers", () => {
  test.each([
    ["tiny-clip", join(clip, "transformers")],
    ["tiny-siglip", join(oracles, "tiny-siglip")],
  ])("of %s give the metrics computed in numpy", async (_, folder) => {
    const expected = await readJson<ExpectedMetrics>(join(folder, "expected_metrics.json"));
    const { metrics } = await evaluateRetrieval(await readPairs(folder, "hf_"));
    for (const direction of ["t2i", "i2t"] as const) {
      const names = Object.keys(expected[direction]);
      expect(names).toHaveLength(8);
      for (const name of names) {
        const found = metrics[`${direction}.${name}`]?.value ?? Number.NaN;
        expect(Math.abs(found - (expected[direction][name] ?? 0)), name).toBeLessThanOrEqual(1e-6);
      }
    }
  });
});

// The split lists the five captions of each photo one after the other.
async function readPairs(folder: string, prefix = ""): Promise<EncodedPairs> {
  const image = await readEmbeddings(join(folder, `${prefix}image_embeddings.npy`));
  const text = await readEmbeddings(join(folder, `${prefix}text_embeddings.npy`));
  const judgements = Array.from({ length: text.count }, (_, row) => ({
    text: row,
    image: Math.floor(row / 5),
    relevance: 1,
  }));
  return { image, text, judgements };
}

async function readEmbeddings(path: string): Promise<Embeddings> {
  return decodeNpyEmbeddings(await readFile(path));
}

async function readJson<Content>(path: string): Promise<Content> {
  return JSON.parse(await readFile(path, "utf8")) as Content;
}
