import { ConfigError, type ModelProvider, type Trainer } from "@semblance/core";
import { expect, test } from "vitest";
import { columns, freshEncoder, pairs, provider } from "../../fixtures/pairs.ts";
import { createRecordingTrainer } from "../../fixtures/trainers.ts";
import { createMatcher } from "../create-matcher.ts";

test("fits, adds the gain's interval, and goes on with the trained model", async () => {
  const { trainer, specs } = createRecordingTrainer();
  await using matcher = await createMatcher({ provider, trainer, model: "start", ...columns });
  const events: string[] = [];
  const summary = await matcher.fit({
    trainData: pairs,
    tuningData: pairs,
    timeLimit: 60,
    runFolder: "run",
    onEvent: ({ type }) => events.push(type),
  });
  expect(specs[0]).toMatchObject({ checkpoint: "start", timeLimit: 60, runFolder: "run", seed: 0 });
  expect(summary.gain).toEqual({ value: 0.5, interval: [0.5, 0.5] });
  expect(events).toEqual(["evaluation"]);
  expect(matcher.model.folder).toBe("trained");
});

test("stops the training when the reader of its events throws", async () => {
  let isCancelled = false;
  const fit: Extract<Trainer, { needs: "files" }>["fit"] = () => ({
    result: new Promise(() => {}),
    cancel: () => {
      isCancelled = true;
    },
    async *[Symbol.asyncIterator]() {
      yield { type: "evaluation", step: 0, metrics: {} };
    },
  });
  const trainer: Trainer = { needs: "files", fit };
  await using matcher = await createMatcher({ provider, trainer, model: "start", ...columns });
  const onEvent = () => {
    throw new Error("reader");
  };
  const fitting = matcher.fit({ trainData: pairs, tuningData: pairs, onEvent });
  await expect(fitting).rejects.toThrow("reader");
  expect(isCancelled).toBe(true);
});

test("refuses a fit whose result nothing could open, before it starts", async () => {
  const { trainer, specs } = createRecordingTrainer();
  await using matcher = await createMatcher({ encoder: freshEncoder(), trainer, ...columns });
  const fitting = matcher.fit({ trainData: pairs, tuningData: pairs });
  await expect(fitting).rejects.toThrow(ConfigError);
  expect(specs).toEqual([]);
});

test("a fit judges by its own metric, else by the one that the matcher was given", async () => {
  const { trainer, specs } = createRecordingTrainer();
  const parts = { provider, trainer, model: "start", ...columns };
  const data = { trainData: pairs, tuningData: pairs };
  await using plain = await createMatcher(parts);
  await plain.fit(data);
  await using byRecall = await createMatcher({ ...parts, evalMetric: "recall" });
  await byRecall.fit(data);
  await byRecall.fit({ ...data, evalMetric: "t2i.hit@5" });
  expect(specs.map((spec) => spec.evalMetric)).toEqual([undefined, "recall", "t2i.hit@5"]);
});

test("keeps a share of the images for validation when none is given", async () => {
  const { trainer, specs } = createRecordingTrainer();
  await using matcher = await createMatcher({ provider, trainer, model: "start", ...columns });
  const image = Array.from({ length: 20 }, (_, i) => `photo-${i}.jpg`);
  const caption = image.map((name) => `a picture called ${name}`);
  await matcher.fit({ trainData: { image, caption }, holdoutFrac: 0.25 });
  const counts = await Promise.all(
    [specs[0]?.train, specs[0]?.validation].map(async (dataset) => {
      const ids: string[] = [];
      for await (const { id } of dataset?.items("image") ?? []) ids.push(id);
      return ids.length;
    }),
  );
  expect(counts).toEqual([15, 5]);
});

test("weights that are a download of their own are brought when fit needs them", async () => {
  const { trainer, specs } = createRecordingTrainer();
  const fromHub: ModelProvider = {
    open: async (model) => ({
      encoder: freshEncoder(),
      folder: model,
      openCheckpoint: async () => "downloaded",
    }),
  };
  const parts = { provider: fromHub, trainer, model: "someone/clip" };
  await using matcher = await createMatcher({ ...parts, ...columns });
  await matcher.fit({ trainData: pairs, tuningData: pairs });
  expect(specs[0]).toMatchObject({ checkpoint: "downloaded" });
});

test("refuses to fit a model without weights to train", async () => {
  const { trainer } = createRecordingTrainer();
  const onnxOnly: ModelProvider = {
    open: async (model) => ({ encoder: freshEncoder(), folder: model }),
  };
  await using matcher = await createMatcher({
    provider: onnxOnly,
    trainer,
    model: "start",
    ...columns,
  });
  const fitting = matcher.fit({ trainData: pairs, tuningData: pairs });
  await expect(fitting).rejects.toMatchObject({ code: "NO_CHECKPOINT" });
});

test("what a fit is told of its training reaches the trainer, with the matcher's seed", async () => {
  const { trainer, specs } = createRecordingTrainer();
  const parts = { provider, trainer, model: "start", seed: 7 };
  await using matcher = await createMatcher({ ...parts, ...columns });
  const told = {
    method: "lora",
    hyperparameters: { learningRate: 1e-5 },
    neverWorse: "significant",
    resume: true,
    timeLimit: 5,
  } as const;
  await matcher.fit({ trainData: pairs, tuningData: pairs, ...told });
  expect(specs[0]).toMatchObject({ ...told, seed: 7 });
});

test("fit reads ids as their contents", async () => {
  const { trainer, specs } = createRecordingTrainer();
  await using matcher = await createMatcher({ provider, trainer, model: "start", ...columns });
  const data = { image: [1, 2], caption: ["red dog", "blue car"] };
  const idMappings = { image: { 1: "red-dog.jpg", 2: "blue-car.jpg" } };
  await matcher.fit({ trainData: data, tuningData: data, idMappings });
  const found: string[] = [];
  for await (const { id, content } of specs[0]?.train.items("image") ?? []) {
    found.push(`${id} ${content[0]?.replace(/^.*\//, "")}`);
  }
  expect(found).toEqual(["1 red-dog.jpg", "2 blue-car.jpg"]);
});
