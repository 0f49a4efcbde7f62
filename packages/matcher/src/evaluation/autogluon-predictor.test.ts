import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeNpyEmbeddings, type Encoder } from "@semblance/core";
import { beforeAll, describe, expect, test } from "vitest";
import { sharedFolder } from "#shared";
import { createReplayEncoder } from "../../fixtures/replay-encoder.ts";
import { createMatcher } from "../create-matcher.ts";
import { semanticSearch } from "../search/semantic-search.ts";

/** What AutoGluon 1.6.3 answered, and on what. */
interface AutoGluonOracle {
  /** Relative paths and texts in the order of the embeddings; a photo has five captions in turn. */
  readonly images: readonly string[];
  readonly captions: readonly string[];
  readonly metrics: Readonly<
    Record<"text_to_image" | "image_to_text", Readonly<Record<string, number>>>
  >;
  readonly search_text_to_image_first20_top5: readonly (readonly {
    readonly response_id: number;
  }[])[];
  readonly pairs: readonly {
    readonly image: string;
    readonly caption: string;
    readonly predict: number;
    readonly proba: number;
  }[];
}

const folder = sharedFolder("oracle", "tiny-clip", "automm") ?? "";

describe.skipIf(folder === "")("the predictor on AutoGluon's embeddings", () => {
  let oracle: AutoGluonOracle;
  let encoder: Encoder;
  beforeAll(async () => {
    oracle = JSON.parse(await readFile(join(folder, "oracle.json"), "utf8"));
    const sideOf = async (name: string, items: readonly string[]) => {
      const bytes = await readFile(join(folder, `${name}_embeddings.npy`));
      return { items, embeddings: decodeNpyEmbeddings(bytes) };
    };
    const paths = oracle.images.map((path) => join("/", path));
    const image = await sideOf("image", paths);
    encoder = createReplayEncoder({ image, text: await sideOf("text", oracle.captions) });
  });
  const open = () => createMatcher({ encoder, query: "caption", response: "image" });

  /** All pairs of a photo and its captions, as ids of both. */
  const idsOfPairs = () => ({
    caption: oracle.captions.map((_, row) => `c${row}`),
    image: oracle.captions.map((_, row) => Math.floor(row / 5)),
  });
  const idMappings = () => ({
    caption: new Map(oracle.captions.map((text, row) => [`c${row}`, text])),
    image: Object.fromEntries(oracle.images.map((path, row) => [row, join("/", path)])),
  });

  test("evaluate with ids, queryData, responseData and metrics gives its figures both ways", async () => {
    await using matcher = await open();
    const { caption, image } = idsOfPairs();
    const { metrics } = await matcher.evaluate({
      data: { caption, image, relevance: caption.map(() => 1) },
      queryData: { caption },
      responseData: { image: [...new Set(image)] },
      idMappings: idMappings(),
      metrics: ["recall", "precision", "ndcg"],
      cutoffs: [1, 5, 10],
      confidence: false,
    });
    expect(Object.keys(metrics)).toHaveLength(18);
    for (const [ours, theirs] of [
      ["t2i", "text_to_image"],
      ["i2t", "image_to_text"],
    ] as const) {
      const names = Object.keys(oracle.metrics[theirs]).filter((name) => !name.startsWith("map"));
      const found = names.map((name) => metrics[`${ours}.${name}`]?.value.toFixed(5));
      expect(found).toEqual(names.map((name) => oracle.metrics[theirs][name]?.toFixed(5)));
    }
  });

  test("semanticSearch with ids finds its responses", async () => {
    await using matcher = await open();
    const found = await semanticSearch({
      matcher,
      queryData: { caption: idsOfPairs().caption.slice(0, 20) },
      responseData: { image: oracle.images.map((_, row) => row) },
      idMappings: idMappings(),
      topK: 5,
    });
    const theirs = oracle.search_text_to_image_first20_top5;
    expect(found.map((hits) => hits.map(({ row }) => row))).toEqual(
      theirs.map((hits) => hits.map((hit) => hit.response_id)),
    );
    expect(found[0]?.[0]?.id).toBe(String(theirs[0]?.[0]?.response_id));
  });

  test("predict and predictProba without a calibration give its predict and predict_proba", async () => {
    await using matcher = await open();
    const rows = oracle.pairs.map(({ image, caption }) => ({ image: join("/", image), caption }));
    const { labels, probabilities, calibrated } = await matcher.predict(rows);
    expect(calibrated).toBe(false);
    expect(labels).toEqual(oracle.pairs.map(({ predict }) => predict));
    for (const [row, { proba }] of oracle.pairs.entries()) {
      expect(probabilities[row]).toBeCloseTo(proba, 6);
    }
  });
});
