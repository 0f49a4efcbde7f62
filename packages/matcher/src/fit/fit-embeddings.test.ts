import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModelProvider } from "@semblance/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { columns, freshEncoder, pairs, provider } from "../../fixtures/pairs.ts";
import { createEmbeddingTrainer } from "../../fixtures/trainers.ts";
import { createMatcher } from "../create-matcher.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "semblance matcher "));
});
afterEach(() => rm(folder, { recursive: true }));

test("a trainer that needs embeddings gets those of the model, and what failed is in the result", async () => {
  const { trainer, specs } = createEmbeddingTrainer();
  const own: ModelProvider = {
    open: async (model) => ({ encoder: freshEncoder(), folder: model }),
  };
  const parts = { provider: own, trainer, model: "start" };
  await using matcher = await createMatcher({ ...parts, ...columns });
  const trainData = {
    image: [...pairs.image, "broken.jpg"],
    caption: [...pairs.caption, "no dog"],
  };
  const stages: string[] = [];
  const { failures, timing } = await matcher.fit({
    trainData,
    tuningData: pairs,
    timeLimit: 100,
    onProgress: ({ stage }) => stages.push(stage),
  });
  const [spec] = specs;
  expect(spec).toMatchObject({
    model: "start",
    scoring: freshEncoder().scoring,
    train: { image: { count: 3 }, text: { count: 4 } },
    validation: { image: { count: 3 }, text: { count: 3 } },
  });
  expect(spec?.train.judgements).toHaveLength(3);
  expect(failures).toMatchObject([{ input: "broken" }]);
  expect(stages).toContain("encoding images");
  expect(spec?.timeLimit).toBeLessThan(100);
  expect(timing.fit + (spec?.timeLimit ?? 0)).toBeCloseTo(1 + 100, 6);
});

test("weights that lie beside the folder of the embeddings are part of what is fitted", async () => {
  const { trainer } = createEmbeddingTrainer(folder);
  await mkdir(join(folder, "checkpoint"));
  await writeFile(join(folder, "checkpoint", "model.safetensors"), "weights");
  const exported: ModelProvider = {
    open: async () => ({
      encoder: freshEncoder(),
      folder: "exported",
      checkpoint: join(folder, "checkpoint"),
    }),
  };
  const parts = { provider: exported, trainer, model: "start" };
  await using matcher = await createMatcher({ ...parts, ...columns });
  await matcher.fit({ trainData: pairs, tuningData: pairs });
  expect(await readFile(join(folder, "model.safetensors"), "utf8")).toBe("weights");
});

test("a time limit that encoding alone takes up ends it, and says so", async () => {
  const { trainer, specs } = createEmbeddingTrainer();
  await using matcher = await createMatcher({ provider, trainer, model: "start", ...columns });
  const names = Array.from({ length: 20_000 }, (_, i) => `photo ${i}`);
  const trainData = { image: names, caption: names };
  const fitting = matcher.fit({ trainData, tuningData: pairs, timeLimit: 0.01 });
  await expect(fitting).rejects.toMatchObject({ code: "TIME_LIMIT_TOO_SHORT" });
  expect(specs).toEqual([]);
});

test("what is fitted on embeddings needs the model's folder", async () => {
  const { trainer } = createEmbeddingTrainer();
  await using matcher = await createMatcher({
    encoder: freshEncoder(),
    provider,
    trainer,
    ...columns,
  });
  const fitting = matcher.fit({ trainData: pairs, tuningData: pairs });
  await expect(fitting).rejects.toMatchObject({ code: "NO_CHECKPOINT" });
});
