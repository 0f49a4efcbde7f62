import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { ModelError } from "@semblance/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { sharedFolder } from "#shared";
import { fixturePath } from "../fixtures/fixture-path.ts";
import { createTokenizer, type TokenizerSettings } from "./tokenizer.ts";

const oracle = sharedFolder("oracle");

const tokenCase = z.object({
  model: z.string(),
  text: z.string(),
  repeat: z.number(),
  ids: z.array(z.number()),
  count: z.number(),
  hash: z.string(),
});

const tokenCases = readFileSync(fixturePath("token-cases.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => tokenCase.parse(JSON.parse(line)));

function hashOf(ids: readonly number[]): string {
  return createHash("sha256").update(ids.join()).digest("hex").slice(0, 16);
}

/** The corpus as this library tokenizes it, beside what Python's tokenizers gave. */
function compare(model: string, path: string, maxLength: number): void {
  const definition = JSON.parse(readFileSync(path, "utf8"));
  const open = (length: number) =>
    createTokenizer({
      definition,
      config: {},
      settings: { maxLength: length, padTo: "longest", padSide: "right", padId: 0 },
    });
  const [cut, whole] = [open(maxLength), open(1e9)];
  const cases = tokenCases.filter((item) => item.model === model);
  const found = cases.map((item) => {
    const text = item.text.repeat(item.repeat);
    const { ids, isTruncated } = cut.tokenize(text);
    const all = whole.tokenize(text).ids;
    expect(isTruncated).toBe(item.count > maxLength);
    return { ...item, ids: [...ids], count: all.length, hash: hashOf(all) };
  });
  expect(cases).toHaveLength(100);
  expect(found).toEqual(cases);
}

describe.skipIf(oracle === undefined)("with the reference tokenizers", () => {
  test.each([
    ["tiny-clip", 77],
    ["tiny-siglip", 64],
  ] as const)("%s gives Python's ids on a hard corpus", (model, maxLength) => {
    compare(model, `${oracle}/${model}/checkpoint/tokenizer.json`, maxLength);
  });
});

test.each([
  ["gemma", 64],
  ["byte-level", 77],
] as const)("a %s tokenizer gives Python's ids on a hard corpus", (model, maxLength) => {
  compare(model, fixturePath(`${model}-tokenizer.json`), maxLength);
});

describe("with a small tokenizer", () => {
  const read = (model: string, name: string) =>
    JSON.parse(readFileSync(fixturePath(`${model}/${name}`), "utf8"));
  const open = (settings: Partial<TokenizerSettings> = {}, config: object = { pad_token: null }) =>
    createTokenizer({
      definition: read("tiny-clip", "tokenizer.json"),
      config,
      settings: { maxLength: 20, padTo: "longest", padSide: "right", padId: 3, ...settings },
    });
  const [start, end] = [570, 571];

  test("a text that is too long keeps its opening and closing tokens, and says that it was cut", () => {
    const { ids, isTruncated } = open({ maxLength: 5 }).tokenize("a dog runs over the grass");
    expect([ids.length, ids[0], ids[4], isTruncated]).toEqual([5, start, end, true]);
    const whole = open().tokenize("a dog");
    expect([whole.ids[0], whole.ids.at(-1), whole.isTruncated]).toEqual([start, end, false]);
  });

  test("capital sigma is lower-cased by itself, as Python does", () => {
    const tokenizer = open();
    expect(tokenizer.tokenize("ΑΣ").ids).toEqual(tokenizer.tokenize("ασ").ids);
    expect(tokenizer.tokenize("ΑΣ").ids).not.toEqual(tokenizer.tokenize("ας").ids);
  });

  test("half a surrogate pair is read as the replacement character", () => {
    const definition = read("tiny-siglip", "tokenizer.json");
    const id = definition.model.vocab.push(["\ufffd", -1]) - 1;
    const settings = { maxLength: 20, padTo: "longest", padSide: "right", padId: 0 } as const;
    const tokenizer = createTokenizer({ definition, config: {}, settings });
    expect(tokenizer.tokenize("a\ud83d").ids).toContain(id);
    expect(tokenizer.tokenize("a😀").ids).not.toContain(id);
  });

  test("rows are filled up to the longest, with a mask", () => {
    const batch = open().toBatch([
      { ids: [1, 2, 3], isTruncated: false },
      { ids: [4], isTruncated: false },
    ]);
    expect(batch.length).toBe(3);
    expect([...batch.inputIds].map(Number)).toEqual([1, 2, 3, 4, 3, 3]);
    expect([...batch.attentionMask].map(Number)).toEqual([1, 1, 1, 1, 0, 0]);
  });

  test("rows are always of full length where the model wants that", () => {
    const tokenizer = open({ maxLength: 4, padTo: "maxLength" });
    expect([...tokenizer.toBatch([{ ids: [7], isTruncated: false }]).inputIds]).toEqual([
      7n,
      3n,
      3n,
      3n,
    ]);
  });

  test.each(["<|endoftext|>", { content: "<|endoftext|>" }])(
    "the token named %j fills up",
    (pad) => {
      const texts = [{ ids: [7], isTruncated: false }];
      const batch = open({ maxLength: 2, padTo: "maxLength" }, { pad_token: pad }).toBatch(texts);
      expect([...batch.inputIds].map(Number)).toEqual([7, end]);
    },
  );

  test("a model without a filling token is not supported", () => {
    expect(() => open({ padId: undefined })).toThrow(/names a token to fill texts up with/);
  });

  test("a definition that cannot be run is a ModelError", () => {
    const settings = { maxLength: 20, padTo: "longest", padSide: "right", padId: 0 } as const;
    const definition = { normalizer: null };
    expect(() => createTokenizer({ definition, config: {}, settings })).toThrow(ModelError);
  });
});
