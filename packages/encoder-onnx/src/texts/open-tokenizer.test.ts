import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyFixture } from "../fixtures/copy-fixture.ts";
import { fixturePath } from "../fixtures/fixture-path.ts";
import { copyAsImmich } from "../fixtures/graph-model.ts";
import { openModelFolder } from "../models/model-folder.ts";
import { openTokenizer } from "./open-tokenizer.ts";

async function tokenize(folder: string, text: string): Promise<number[]> {
  const { tokenizer } = await openTokenizer(await openModelFolder(folder, "fp32"));
  const words = await tokenizer.get();
  return [...words.toBatch([words.tokenize(text)]).inputIds].map(Number);
}

const capitals = [326, 327, 296, 1];
const lowerCase = [330, 318, 296, 1];
const filling = Array.from({ length: 8 }, () => 0);

// What transformers' AutoTokenizer gives for "A Cat" in 12 tokens with `gemma-tokenizer.json`, by
// "model_type" of config.json, "tokenizer_class" and "padding_side" of tokenizer_config.json.
test.each<[string, string | undefined, "right" | undefined, number[]]>([
  ["siglip", "GemmaTokenizer", undefined, [...filling, ...capitals]],
  ["siglip", "GemmaTokenizerFast", "right", [...capitals, ...filling]],
  ["siglip", "Siglip2Tokenizer", undefined, [...filling, ...lowerCase]],
  ["siglip", "Siglip2Tokenizer", "right", [...lowerCase, ...filling]],
  ["siglip2", "GemmaTokenizer", undefined, [...filling, ...lowerCase]],
  ["siglip2", "SiglipTokenizer", "right", [...lowerCase, ...filling]],
  ["siglip2", undefined, undefined, [...filling, ...lowerCase]],
])("a %s that names %s, filling up at %s, reads as in Python", async (type, name, side, ids) => {
  await using model = await copyFixture("tiny-siglip");
  await copyFile(fixturePath("gemma-tokenizer.json"), join(model.folder, "tokenizer.json"));
  await model.patch("config.json", { model_type: type });
  const changes = { model_max_length: 12, tokenizer_class: name, padding_side: side };
  await model.patch("tokenizer_config.json", changes);
  expect(await tokenize(model.folder, "A Cat")).toEqual(ids);
});

test("open_clip's texts are filled up to its own length, on the right, whatever the tokenizer says", async () => {
  await using model = await copyAsImmich("open-clip-visual", "open-clip-textual");
  const ids = await tokenize(model.folder, "A_cat!");
  expect(ids).toHaveLength(20);
  expect(ids).toEqual(await tokenize(model.folder, "a  cat"));
  const [end] = ids.slice(-1);
  expect(ids.indexOf(end ?? 0)).toBeLessThan(10);
});

test("how texts are cleaned is part of the hash that names the ids", async () => {
  await using model = await copyAsImmich("open-clip-visual", "open-clip-textual");
  const hashOf = async () =>
    (await openTokenizer(await openModelFolder(model.folder, "fp32"))).hash;
  const before = await hashOf();
  await model.patch("config.json", { text_cfg: { context_length: 20 } });
  expect(await hashOf()).not.toBe(before);
});
