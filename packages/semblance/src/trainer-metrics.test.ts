import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createRandom, type Embeddings } from "@semblance/core";
import { type Evaluation, evaluateRetrieval } from "@semblance/eval";
import { findPython } from "@semblance/trainer-bridge";
import { beforeAll, describe, expect, test } from "vitest";
import { hasPython } from "../fixtures/python.ts";

// Few distinct vectors of small whole numbers: scores are exact, and many of them tie.
const count = { images: 30, texts: 70 };
const dimension = 3;
const random = createRandom(11);
const draw = (below: number) => Math.floor(random() * below);
const rows = (length: number) =>
  Array.from({ length }, () => Array.from({ length: dimension }, () => draw(3)));
const images = rows(count.images);
const texts = rows(count.texts);
// The last image and the last text belong to nothing.
const judgements = images.slice(0, -1).flatMap((_, image) => {
  const own = new Set(Array.from({ length: 1 + draw(4) }, () => draw(count.texts - 1)));
  return Array.from(own, (text) => ({ image, text, relevance: 1 + draw(3) }));
});
const perCutoff = ["hit", "recall", "precision", "mrr", "map", "ndcg"];
const names = [...[1, 5, 10].flatMap((k) => perCutoff.map((name) => `${name}@${k}`)), "meanr"];

interface Measured {
  readonly named: Readonly<Record<string, number>>;
  readonly queries: readonly (number | null)[];
}

function measureInPython(metrics: readonly string[]): Record<string, Measured> {
  const bridge = import.meta.resolve("@semblance/trainer-bridge/package.json");
  const script = fileURLToPath(new URL("../fixtures/measure_rankings.py", import.meta.url));
  const output = execFileSync(findPython(), [script], {
    input: JSON.stringify({ images, texts, judgements, metrics }),
    encoding: "utf8",
    env: { ...process.env, PYTHONPATH: fileURLToPath(new URL("python/src", bridge)) },
  });
  return JSON.parse(output);
}

function embeddings(vectors: readonly (readonly number[])[]): Embeddings {
  return { data: Float32Array.from(vectors.flat()), count: vectors.length, dimension };
}

describe.skipIf(!hasPython)("the trainer's metrics are those of evaluation", () => {
  let measured: Record<string, Measured>;
  let evaluation: Evaluation;
  beforeAll(async () => {
    measured = measureInPython([...names, "medr", "rsum"]);
    const pairs = { image: embeddings(images), text: embeddings(texts), judgements };
    evaluation = await evaluateRetrieval(pairs, { similarity: "dot", confidence: false });
  });

  test.each([...names, "medr", "rsum"])("%s as a whole", (name) => {
    const { named } = measured[name] ?? { named: {} };
    expect(Object.keys(named)).toHaveLength(name === "rsum" ? 1 : 2);
    for (const [key, value] of Object.entries(named)) {
      expect(value, key).toBeCloseTo(evaluation.metrics[key]?.value ?? Number.NaN, 12);
    }
  });

  test.each(names)("%s query by query", (name) => {
    const own = name === "meanr" ? "rank" : name;
    const sign = name === "meanr" ? -1 : 1; // for a trainer greater is better
    const expected: (number | null)[] = Array(count.texts + count.images).fill(null);
    const { t2i, i2t } = evaluation.queries;
    for (const [i, row] of t2i.rows.entries()) expected[row] = t2i.metrics[own]?.[i] ?? null;
    for (const [i, row] of i2t.rows.entries()) {
      expected[count.texts + row] = i2t.metrics[own]?.[i] ?? null;
    }
    const found = measured[name]?.queries ?? [];
    expect(found.map((value) => value === null)).toEqual(expected.map((value) => value === null));
    for (const [row, value] of found.entries())
      expect(sign * (value ?? 0), `query ${row}`).toBeCloseTo(expected[row] ?? 0, 12);
  });
});
