import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { EmbeddingFitSpec } from "@semblance/core";
import { trainerCases } from "@semblance/core/conformance";
import { createOnnxEncoder } from "@semblance/encoder-onnx";
import { afterAll, describe, test } from "vitest";
import { createAdapterTrainer } from "./create-adapter-trainer.ts";
import { makePairs } from "./fixtures/made-pairs.ts";

const model = resolve(import.meta.dirname, "../../encoder-onnx/src/fixtures/tiny-clip");
const made = { dimension: 8, noise: 0.3 };
const start = {
  model,
  seed: 0,
  scoring: { kind: "softmax", logitScale: 20, logitBias: 0 },
  train: makePairs({ ...made, images: 100 }),
  validation: makePairs({ ...made, images: 40, seed: 2 }),
} satisfies Omit<EmbeddingFitSpec, "runFolder">;

describe("as every trainer, one of heads keeps its promises:", () => {
  // Several cases look at one fit, whose run must outlive each of them.
  const folder = mkdtempSync(join(tmpdir(), "trainer adapter "));
  afterAll(() => rmSync(folder, { recursive: true }));
  let runs = 0;
  const few = { batchSize: 32, evaluationSteps: 5 };
  const cases = trainerCases<EmbeddingFitSpec>(createAdapterTrainer(), {
    specWith: (changes) => ({ ...start, runFolder: join(folder, `run-${runs++}`), ...changes }),
    short: { ...few, maxSteps: 10, ridge: [1] },
    endless: { ...few, maxSteps: 1e9, patience: null, ridge: [1] },
    ruinous: { ...few, maxSteps: 10, learningRate: 1e6, ridge: [] },
    timeLimit: 3,
    openModel: async (folder) =>
      (await createOnnxEncoder({ model: folder }))[Symbol.asyncDispose](),
    resumes: false,
    patience: 20,
  });
  for (const { name, run } of cases) test(name, run);
});
