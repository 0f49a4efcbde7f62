import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { sharedFolder } from "#shared";
import { createTokenizer, type TextTokenizer } from "./tokenizer.ts";

const oracle = sharedFolder("oracle");

const tokenCase = z.object({
  model: z.string(),
  text: z.string(),
  repeat: z.number(),
  ids: z.array(z.number()),
  truncated: z.boolean(),
});

function readCases(): z.output<typeof tokenCase>[] {
  const lines = readFileSync(new URL("fixtures/token-cases.jsonl", import.meta.url), "utf8");
  return lines
    .trim()
    .split("\n")
    .map((line) => tokenCase.parse(JSON.parse(line)));
}

function openTokenizer(model: string): TextTokenizer {
  const read = (name: string) =>
    JSON.parse(readFileSync(`${oracle}/${model}/checkpoint/${name}`, "utf8"));
  const isSiglip = model === "tiny-siglip";
  return createTokenizer({
    definition: read("tokenizer.json"),
    config: read("tokenizer_config.json"),
    settings: {
      maxLength: isSiglip ? 64 : 77,
      padTo: isSiglip ? "maxLength" : "longest",
      padId: undefined,
    },
  });
}

describe.skipIf(oracle === undefined)("with the reference tokenizers", () => {
  test.each(["tiny-clip", "tiny-siglip"])("%s gives Python's ids on a hard corpus", (model) => {
    const tokenizer = openTokenizer(model);
    const cases = readCases().filter((item) => item.model === model);
    const found = cases.map((item) => {
      const { ids, isTruncated } = tokenizer.tokenize(item.text.repeat(item.repeat));
      return { ...item, ids: [...ids], truncated: isTruncated };
    });
    expect(cases.length).toBeGreaterThan(80);
    expect(found).toEqual(cases);
  });
});
