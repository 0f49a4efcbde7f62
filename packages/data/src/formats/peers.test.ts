import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Dataset } from "@semblance/core";
import { expect, test } from "vitest";
import { openDataset } from "../open-dataset.ts";

const folder = join(import.meta.dirname, "../../fixtures/formats");
const peers = JSON.parse(await readFile(join(folder, "peers.json"), "utf8"));

const judged = async (dataset: Dataset, split?: string) =>
  Array.fromAsync(dataset.judgements(split === undefined ? {} : { split }));
const contents = async (dataset: Dataset, modality: "image" | "text") => {
  const items = await Array.fromAsync(dataset.items(modality));
  return new Map(items.map(({ id, content }) => [id, content[0] ?? ""]));
};

test("finds the captions of each image that pycocotools finds", async () => {
  const dataset = await openDataset(join(folder, "coco/captions_tiny.json"));
  const images = await contents(dataset, "image");
  const texts = await contents(dataset, "text");

  const found: Record<string, Record<string, string>> = {};
  for (const path of images.values()) found[basename(path)] = {};
  for (const { image, text } of await judged(dataset)) {
    Object.assign(found[basename(images.get(image) ?? "")] ?? {}, { [text]: texts.get(text) });
  }

  expect(found).toEqual(peers.coco);
});

test("finds the queries and judgements of a split that BEIR's own loader finds", async () => {
  const dataset = await openDataset(join(folder, "beir"));
  const texts = await contents(dataset, "text");

  const qrels: Record<string, Record<string, number>> = {};
  const queries: Record<string, string | undefined> = {};
  for (const { text, image, relevance } of await judged(dataset, "dev")) {
    qrels[text] = { ...qrels[text], [image]: relevance };
    queries[text] = texts.get(text);
  }

  expect({ queries, qrels }).toEqual(peers.beir);
});

test("finds the judgements that ir-measures finds", async () => {
  const dataset = await openDataset(join(folder, "trec/whole.qrels"));

  const lines = (await judged(dataset)).map(({ text, image, relevance }) => [
    text,
    image,
    relevance,
  ]);

  expect(lines).toEqual(peers.trec);
});
