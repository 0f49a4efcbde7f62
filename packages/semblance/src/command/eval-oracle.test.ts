import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sharedFolder } from "#shared";
import { runForDocument } from "../../fixtures/command-run.ts";

const oracle = sharedFolder("oracle", "tiny-clip");
const table = sharedFolder("data", "flickr8k-800", "test.csv");

async function evaluate(images: string, texts: string) {
  const vectors = [
    "--image-embeddings",
    `${oracle}/${images}`,
    "--text-embeddings",
    `${oracle}/${texts}`,
  ];
  const { document } = await runForDocument("eval", "-d", table ?? "", ...vectors, "--no-ci");
  return document;
}

const readOracle = (name: string) => JSON.parse(readFileSync(`${oracle}/${name}`, "utf8"));

describe.skipIf(oracle === undefined || table === undefined)("on real photos", () => {
  test("transformers' embeddings give the figures computed with them", async () => {
    const { metrics } = await evaluate(
      "transformers/hf_image_embeddings.npy",
      "transformers/hf_text_embeddings.npy",
    );
    const expected = readOracle("transformers/expected_metrics.json");
    for (const direction of ["t2i", "i2t"]) {
      for (const [name, value] of Object.entries(expected[direction])) {
        expect(metrics[`${direction}.${name}`]?.value, name).toBeCloseTo(Number(value), 6);
      }
    }
  });

  test("AutoGluon's embeddings give AutoGluon's recall, precision and ndcg", async () => {
    const { metrics } = await evaluate("automm/image_embeddings.npy", "automm/text_embeddings.npy");
    const expected = readOracle("automm/oracle.json").metrics;
    const sides = { t2i: expected.text_to_image, i2t: expected.image_to_text };
    for (const [direction, figures] of Object.entries(sides)) {
      for (const [name, value] of Object.entries(figures)) {
        if (name.startsWith("map")) continue; // weighted by score there: another measure
        expect(metrics[`${direction}.${name}`]?.value, name).toBeCloseTo(Number(value), 4);
      }
    }
  });
});
