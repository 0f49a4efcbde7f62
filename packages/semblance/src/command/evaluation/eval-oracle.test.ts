import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sharedFolder } from "#shared";
import { runForDocument } from "../../../fixtures/command-run.ts";

const oracle = sharedFolder("oracle", "tiny-clip");
const table = sharedFolder("data", "flickr8k-800", "test.csv");

async function evaluate(prefix: string, ...more: string[]) {
  const vectors = ["image", "text"].flatMap((side) => [
    `--${side}-embeddings`,
    `${oracle}/${prefix}${side}_embeddings.npy`,
  ]);
  const { document } = await runForDocument("eval", "-d", table ?? "", ...vectors, ...more);
  return document;
}

const readOracle = (name: string) => JSON.parse(readFileSync(`${oracle}/${name}`, "utf8"));

describe.skipIf(oracle === undefined || table === undefined)("on real photos", () => {
  test("transformers' embeddings give the figures computed with them", async () => {
    const { metrics } = await evaluate("transformers/hf_", "--no-ci");
    const expected = readOracle("transformers/expected_metrics.json");
    for (const direction of ["t2i", "i2t"]) {
      for (const [name, value] of Object.entries(expected[direction])) {
        expect(metrics[`${direction}.${name}`]?.value, name).toBeCloseTo(Number(value), 6);
      }
    }
  });

  test("AutoGluon's embeddings give AutoGluon's recall, precision and ndcg", async () => {
    const { metrics } = await evaluate("automm/", "--no-ci");
    const expected = readOracle("automm/oracle.json").metrics;
    const sides = { t2i: expected.text_to_image, i2t: expected.image_to_text };
    for (const [direction, figures] of Object.entries(sides)) {
      for (const [name, value] of Object.entries(figures)) {
        if (name.startsWith("map")) continue; // weighted by score there: another measure
        expect(metrics[`${direction}.${name}`]?.value, name).toBeCloseTo(Number(value), 4);
      }
    }
  });

  test("the seed decides the intervals, and nothing else", async () => {
    const figure = async (seed: string) => {
      const { metrics } = await evaluate("transformers/hf_", "--seed", seed);
      return metrics["t2i.mrr@10"];
    };
    const first = await figure("7");
    expect(await figure("7")).toEqual(first);
    const other = await figure("8");
    expect(other?.value).toBe(first?.value);
    expect(other?.ci95).not.toEqual(first?.ci95);
  });
});
