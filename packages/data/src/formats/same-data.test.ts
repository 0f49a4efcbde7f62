import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Dataset } from "@semblance/core";
import { expect, test } from "vitest";
import { sharedFolder } from "#shared";
import { type TemporaryFile, temporaryFile } from "../../fixtures/temporary-file.ts";
import { openDataset } from "../open-dataset.ts";
import { createReaders } from "../readers.ts";
import { createChineseClipReader } from "./chinese-clip.ts";

const photos = sharedFolder("data", "flickr8k-800") ?? "";

/** Caption and image of every pair, sorted; an image by its bytes, wherever they lie. */
async function pairsOf(dataset: Dataset): Promise<string[]> {
  const texts = new Map<string, string>();
  for await (const { id, content } of dataset.items("text")) texts.set(id, content.join());
  const images = new Map<string, string>();
  for await (const { id, content } of dataset.items("image")) {
    const bytes = await readFile(content[0] ?? "");
    images.set(id, `${bytes.length} ${bytes.toString("base64", 1000, 1100)}`);
  }
  const judgements = await Array.fromAsync(dataset.judgements());
  return judgements.map(({ text, image }) => `${texts.get(text)} ${images.get(image)}`).sort();
}

const lines = (values: readonly unknown[]) =>
  values.map((value) => `${typeof value === "string" ? value : JSON.stringify(value)}\n`).join("");

/** The same captions in every format, each in a file or folder of the format's name. */
async function writeFormats(table: Dataset, to: TemporaryFile): Promise<void> {
  const images = await Array.fromAsync(table.items("image"));
  const texts = await Array.fromAsync(table.items("text"));
  const judgements = await Array.fromAsync(table.judgements());
  const captions = images.map(({ id }, n) => {
    const own = judgements.filter(({ image }) => image === id);
    return own.map(({ text }, k) => ({ n, k, id: 5 * n + k, image: id, text }));
  });
  const all = captions.flat();
  const paths = Object.fromEntries(images.map(({ id }, n) => [n, id]));
  const bytes = await Promise.all(images.map(({ content }) => readFile(content[0] ?? "")));
  const files: Readonly<Record<string, string>> = {
    "karpathy/all.json": JSON.stringify({
      images: captions.map((own, imgid) => ({
        filename: paths[imgid],
        imgid,
        sentences: own.map(({ id, text }) => ({ raw: text, sentid: id })),
      })),
    }),
    "coco/all.json": JSON.stringify({
      images: images.map(({ id }, n) => ({ id: n, file_name: id })),
      annotations: all.map(({ id, n, text }) => ({ id, image_id: n, caption: text })),
    }),
    "flickr/all.txt": lines(all.map(({ image, k, text }) => `${image}#${k}\t${text}`)),
    "vse/all_caps.txt": lines(all.map(({ text }) => text)),
    "vse/all_ids.txt": lines(images.map((_, n) => `${n}`)),
    "vse/id_mapping.json": JSON.stringify(paths),
    "chinese-clip/all_imgs.tsv": lines(
      bytes.map((image, n) => `${n}\t${image.toString("base64")}`),
    ),
    "chinese-clip/all_texts.jsonl": lines(
      all.map(({ id, n, text }) => ({ text_id: id, text, image_ids: [n] })),
    ),
    "beir/corpus.jsonl": lines(images.map(({ id }, n) => ({ _id: n, text: id }))),
    "beir/queries.jsonl": lines(all.map(({ id, text }) => ({ _id: id, text }))),
    "beir/qrels/all.tsv": lines(all.map(({ id, n }) => `${id}\t${n}\t1`)),
    "trec/qrels.txt": lines(all.map(({ id, image }) => `${id} 0 ${image} 1`)),
    "trec/queries.tsv": lines(all.map(({ id, text }) => `${id}\t${text}`)),
  };
  for (const [name, content] of Object.entries(files)) await to.add(name, content);
  expect(all).toHaveLength(texts.length);
}

const sources = {
  karpathy: "karpathy/all.json",
  coco: "coco/all.json",
  flickr: "flickr/all.txt",
  vse: "vse",
  "chinese-clip": "chinese-clip",
  beir: "beir",
  trec: "trec/qrels.txt",
};

test.skipIf(photos === "")("the same photos and captions are found in every format", async () => {
  await using written = await temporaryFile("cache", "");
  const table = await openDataset(join(photos, "test.csv"));
  await writeFormats(table, written);
  const expected = await pairsOf(table);
  const others = createReaders().filter(({ name }) => name !== "chinese-clip");
  const cacheFolder = join(written.folder, "unpacked");
  const readers = [...others, createChineseClipReader({ cacheFolder })];

  for (const [name, source] of Object.entries(sources)) {
    const options = { readers, reader: name, baseFolder: photos };
    const dataset = await openDataset(join(written.folder, source), options);

    expect(dataset.failures, name).toEqual([]);
    expect(await pairsOf(dataset), name).toEqual(expected);
  }
});
