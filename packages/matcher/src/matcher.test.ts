import { mkdir, mkdtemp, open, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ConfigError,
  DatasetError,
  type EmbeddingFitSpec,
  type Encoder,
  type FileFitSpec,
  type FitResult,
  ModelError,
  type ModelProvider,
  rowOf,
  type Trainer,
} from "@semblance/core";
import { createFakeEncoder } from "@semblance/core/conformance";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createMatcher } from "./create-matcher.ts";
import { semanticSearch } from "./search/semantic-search.ts";
import { loadMatcher } from "./storage/load-matcher.ts";

let encoder: Encoder;
// A matcher that is disposed of takes its encoder with it.
beforeEach(() => {
  encoder = createFakeEncoder({ dimension: 64, unreadable: ["broken"] });
});
const columns = { query: "caption", response: "image" } as const;
const pairs = {
  image: ["red-dog.jpg", "blue-car.jpg", "green-tree.jpg"],
  caption: ["red dog", "blue car", "green tree"],
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "semblance matcher "));
});
afterEach(() => rm(folder, { recursive: true }));

test("evaluates both directions and sums them up as evalMetric's mean", async () => {
  await using matcher = await createMatcher({ encoder, ...columns, evalMetric: "hit" });
  const found = await matcher.evaluate({ data: pairs, cutoffs: [1] });
  expect(found.metrics["t2i.hit@1"]?.value).toBe(1);
  expect(found.score).toBe(1);
  expect(found.dataset).toMatchObject({ images: 3, texts: 3, pairs: 3 });
  expect(JSON.parse(JSON.stringify(found))).toEqual(found);
});

test("ranks among all of responseData, not only the judged ones", async () => {
  await using matcher = await createMatcher({ encoder, ...columns });
  const responseData = { image: [...pairs.image, "red-dogs.jpg", "black-cat.jpg"] };
  const found = await matcher.evaluate({ data: pairs, responseData });
  expect(found.dataset).toMatchObject({ images: 5, texts: 3, pairs: 3 });
  expect(found.withoutRelevant.i2t).toBe(2);
});

test("asks only the queries of queryData", async () => {
  await using matcher = await createMatcher({ encoder, ...columns });
  const found = await matcher.evaluate({ data: pairs, queryData: { caption: ["blue car"] } });
  expect(found.metrics["t2i.hit@1"]?.n).toBe(1);
});

test("takes relevance from the label column", async () => {
  await using matcher = await createMatcher({ encoder, ...columns });
  const data = { ...pairs, grade: [1, 0, 1] };
  const found = await matcher.evaluate({ data, label: "grade" });
  expect(found.dataset.pairs).toBe(2);
});

test("lists an image that cannot be read and evaluates the rest", async () => {
  await using matcher = await createMatcher({ encoder, ...columns });
  const data = { image: [...pairs.image, "broken.jpg"], caption: [...pairs.caption, "gone"] };
  const found = await matcher.evaluate({ data });
  expect(found.failures).toMatchObject([{ code: "INPUT_UNREADABLE", input: "broken" }]);
  expect(found.dataset.images).toBe(3);
});

test("names another gallery when an image could not be ranked", async () => {
  await using matcher = await createMatcher({ encoder, ...columns });
  const data = { image: [...pairs.image, "broken.jpg"], caption: [...pairs.caption, "red dog"] };
  const whole = await matcher.evaluate({ data: { ...data, image: [...pairs.image, "sound.jpg"] } });
  const partial = await matcher.evaluate({ data });
  const same = await matcher.evaluate({ data: pairs });
  expect(partial.dataset.galleryHash).toBe(same.dataset.galleryHash);
  expect(partial.dataset.galleryHash).not.toBe(whole.dataset.galleryHash);
});

test("refuses two columns that hold the same, instead of comparing paths as captions", async () => {
  await using matcher = await createMatcher({ encoder, query: "image", response: "photo" });
  const data = { image: ["a.jpg"], photo: ["b.jpg"] };
  await expect(matcher.evaluate({ data })).rejects.toMatchObject({ code: "COLUMN_TYPES_EQUAL" });
});

test("refuses cut-offs that are none before it encodes anything", async () => {
  await using matcher = await createMatcher({ encoder, ...columns });
  await expect(matcher.evaluate({ data: pairs, cutoffs: [0] })).rejects.toThrow(RangeError);
});

test("says so when nothing is left to evaluate", async () => {
  await using matcher = await createMatcher({ encoder, ...columns });
  const data = { image: ["broken.jpg"], caption: ["a dog"] };
  await expect(matcher.evaluate({ data })).rejects.toThrow(DatasetError);
});

test("embeds a column, several images in a cell as their renormalised mean", async () => {
  await using matcher = await createMatcher({ encoder, ...columns });
  const { embeddings } = await matcher.extractEmbedding({ image: ["red-dog.jpg;blue-car.jpg"] });
  expect(embeddings.count).toBe(1);
  expect(Math.hypot(...rowOf(embeddings, 0))).toBeCloseTo(1, 6);
});

test("embeds the side that signature names when the data has both", async () => {
  await using matcher = await createMatcher({ encoder, ...columns });
  const alone = await matcher.extractEmbedding({ caption: pairs.caption });
  const named = await matcher.extractEmbedding(pairs, { signature: "query" });
  expect(named.embeddings).toEqual(alone.embeddings);
  await expect(matcher.extractEmbedding(pairs)).rejects.toThrow("signature");
});

test("searches from text to image and from image to text", async () => {
  await using matcher = await createMatcher({ encoder, ...columns });
  const { caption, image } = pairs;
  const textFirst = { matcher, queryData: { caption: ["blue car"] }, responseData: { image } };
  const imageFirst = { matcher, queryData: { image: ["red-dog.jpg"] }, responseData: { caption } };
  expect((await semanticSearch({ ...textFirst, topK: 2 }))[0]?.[0]).toMatchObject({
    row: 1,
    id: "blue-car.jpg",
  });
  expect((await semanticSearch({ ...imageFirst, topK: 1 }))[0]?.[0]?.id).toBe("red dog");
});

test("searches a whole table by its column, relative to its folder, each photo once", async () => {
  await using matcher = await createMatcher({ encoder, ...columns });
  const table = {
    columns: { caption: ["a", "b", "c"], image: ["red-dog.jpg", "red-dog.jpg", "blue-car.jpg"] },
    length: 3,
    baseFolder: "/photos",
  };
  const queryData = { caption: ["red dog"] };
  const [hits] = await semanticSearch({ matcher, queryData, responseData: table });
  expect(hits?.map(({ row, id }) => [row, id])).toEqual([
    [0, "red-dog.jpg"],
    [2, "blue-car.jpg"],
  ]);
});

test("refuses a label column that was named and is not there", async () => {
  await using matcher = await createMatcher({ encoder, ...columns });
  const found = matcher.evaluate({ data: pairs, label: "Relevance" });
  await expect(found).rejects.toMatchObject({ code: "COLUMN_NOT_FOUND" });
});

test("refuses response data that are not the items of the embeddings", async () => {
  await using matcher = await createMatcher({ encoder, ...columns });
  const { embeddings } = await matcher.extractEmbedding({ image: pairs.image });
  const found = semanticSearch({
    matcher,
    queryData: { caption: ["x"] },
    responseData: { image: ["a.jpg"] },
    responseEmbeddings: embeddings,
  });
  await expect(found).rejects.toThrow(RangeError);
});

test("searches embeddings made before, in chunks, with the same hits", async () => {
  await using matcher = await createMatcher({ encoder, ...columns });
  const { embeddings } = await matcher.extractEmbedding({ image: pairs.image });
  const queryData = { caption: pairs.caption };
  const fresh = await semanticSearch({ matcher, queryData, responseData: { image: pairs.image } });
  const chunked = await semanticSearch({
    matcher,
    queryData,
    responseEmbeddings: embeddings,
    chunkSize: 1,
  });
  expect(chunked.map((hits) => hits.map(({ row }) => row))).toEqual(
    fresh.map((hits) => hits.map(({ row }) => row)),
  );
});

test("refuses options that do not fit, and a matcher without a model", async () => {
  const odd = { encoder, ...columns, problemtype: "x" } as never;
  await expect(createMatcher(odd)).rejects.toThrow('unknown key "problemtype"');
  await expect(createMatcher(columns)).rejects.toThrow(ConfigError);
});

/** A provider whose models are folders with one file, all opened as the fake encoder. */
const provider: ModelProvider = {
  open: async (model) => ({
    encoder: createFakeEncoder({ dimension: 64 }),
    folder: model,
    checkpoint: model,
  }),
};

test("saves the model with the settings and opens both again", async () => {
  const model = join(folder, "model");
  const copy = join(folder, "saved matcher");
  await mkdir(model);
  await writeFile(join(model, "weights.onnx"), "weights");
  await writeFile(join(model, "model.safetensors"), "tensors");
  await using matcher = await createMatcher({ provider, model, ...columns, seed: 7 });
  await matcher.save(copy);
  await using loaded = await loadMatcher(copy, { provider });
  expect(loaded.settings).toMatchObject({ ...columns, seed: 7, label: "relevance" });
  expect(await readFile(join(loaded.model.folder, "weights.onnx"), "utf8")).toBe("weights");
});

test("saves the weights of a checkpoint whose ONNX files lie elsewhere", async () => {
  const [checkpoint, cache] = [join(folder, "checkpoint"), join(folder, "cache")];
  for (const path of [checkpoint, cache]) await mkdir(path);
  await writeFile(join(checkpoint, "model.safetensors"), "tensors");
  const exported: ModelProvider = { open: async () => ({ encoder, folder: cache, checkpoint }) };
  await using matcher = await createMatcher({ provider: exported, model: "clip", ...columns });
  await matcher.save(join(folder, "saved"));
  expect(await readFile(join(folder, "saved", "model.safetensors"), "utf8")).toBe("tensors");
});

test("saves contents where the model's files are links, as in the hub's cache", async () => {
  const [model, blob] = [join(folder, "snapshot"), join(folder, "blob")];
  await mkdir(join(model, "onnx"), { recursive: true });
  await writeFile(blob, "weights");
  for (const name of ["config.json", "onnx/text_model.onnx"])
    await symlink(blob, join(model, name));
  const linked: ModelProvider = { open: async () => ({ encoder, folder: model }) };
  await using matcher = await createMatcher({ provider: linked, model: "clip", ...columns });
  await matcher.save(join(folder, "saved"));
  await rm(blob);
  for (const name of ["config.json", "onnx/text_model.onnx"]) {
    expect(await readFile(join(folder, "saved", name), "utf8")).toBe("weights");
  }
});

test("replaces what was saved before, so that a model that is open keeps its weights", async () => {
  const model = join(folder, "model");
  await mkdir(model);
  await writeFile(join(model, "weights"), "new");
  const saved = join(folder, "saved");
  await mkdir(saved);
  await writeFile(join(saved, "weights"), "old");
  await using opened = await open(join(saved, "weights"));
  const local: ModelProvider = { open: async () => ({ encoder, folder: model }) };
  await using matcher = await createMatcher({ provider: local, model: "clip", ...columns });
  await matcher.save(saved);
  expect(await opened.readFile("utf8")).toBe("old");
  expect(await readFile(join(saved, "weights"), "utf8")).toBe("new");
});

test("saves into the model's own folder by another name without losing a file", async () => {
  const model = join(folder, "model");
  await mkdir(model);
  await writeFile(join(model, "weights"), "mine");
  await symlink(model, join(folder, "alias"));
  const local: ModelProvider = { open: async () => ({ encoder, folder: model }) };
  await using matcher = await createMatcher({ provider: local, model: "clip", ...columns });
  await matcher.save(join(folder, "alias"));
  expect(await readFile(join(model, "weights"), "utf8")).toBe("mine");
});

test("refuses to save an encoder that came without files", async () => {
  await using matcher = await createMatcher({ encoder, ...columns });
  await expect(matcher.save(folder)).rejects.toThrow(ModelError);
});

test("says so when a folder holds no saved matcher", async () => {
  await expect(loadMatcher(folder, { provider })).rejects.toThrow("no matcher.json");
});

const result: FitResult = {
  kept: "best",
  before: { "t2i.hit@1": 0 },
  after: { "t2i.hit@1": 1 },
  judged: {
    metric: "mrr",
    gain: 0.5,
    start: Float64Array.of(0.5, 0.5),
    candidate: Float64Array.of(1, 1),
    groups: Uint32Array.of(0, 1),
  },
  steps: 3,
  stopped: "maxSteps",
  timing: { fit: 1, export: 1 },
  failures: [],
  model: "trained",
};

function createRecordingTrainer(): { trainer: Trainer; specs: FileFitSpec[] } {
  const specs: FileFitSpec[] = [];
  const fit: Extract<Trainer, { needs: "files" }>["fit"] = (spec) => {
    specs.push(spec);
    return {
      result: Promise.resolve(result),
      cancel: () => {},
      async *[Symbol.asyncIterator]() {
        yield { type: "evaluation", step: 0, metrics: result.before };
      },
    };
  };
  return { trainer: { needs: "files", fit }, specs };
}

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
  await using matcher = await createMatcher({ encoder, trainer, ...columns });
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
    open: async (model) => ({ encoder, folder: model, openCheckpoint: async () => "downloaded" }),
  };
  const parts = { provider: fromHub, trainer, model: "someone/clip" };
  await using matcher = await createMatcher({ ...parts, ...columns });
  await matcher.fit({ trainData: pairs, tuningData: pairs });
  expect(specs[0]).toMatchObject({ checkpoint: "downloaded" });
});

test("refuses to fit a model without weights to train", async () => {
  const { trainer } = createRecordingTrainer();
  const onnxOnly: ModelProvider = { open: async (model) => ({ encoder, folder: model }) };
  await using matcher = await createMatcher({
    provider: onnxOnly,
    trainer,
    model: "start",
    ...columns,
  });
  const fitting = matcher.fit({ trainData: pairs, tuningData: pairs });
  await expect(fitting).rejects.toMatchObject({ code: "NO_CHECKPOINT" });
});

type EmbeddingTrainer = Extract<Trainer, { needs: "embeddings" }>;

/** Gives the result at once, and remembers what it was told. */
function createEmbeddingTrainer(model = "trained"): {
  trainer: EmbeddingTrainer;
  specs: EmbeddingFitSpec[];
} {
  const specs: EmbeddingFitSpec[] = [];
  const fit: EmbeddingTrainer["fit"] = (spec) => {
    specs.push(spec);
    return {
      result: Promise.resolve({ ...result, model }),
      cancel: () => {},
      async *[Symbol.asyncIterator]() {},
    };
  };
  return { trainer: { needs: "embeddings", fit }, specs };
}

test("a trainer that needs embeddings gets those of the model, and what failed is in the result", async () => {
  const { trainer, specs } = createEmbeddingTrainer();
  const own: ModelProvider = { open: async (model) => ({ encoder, folder: model }) };
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
    scoring: encoder.scoring,
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
    open: async () => ({ encoder, folder: "exported", checkpoint: join(folder, "checkpoint") }),
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
  await using matcher = await createMatcher({ encoder, provider, trainer, ...columns });
  const fitting = matcher.fit({ trainData: pairs, tuningData: pairs });
  await expect(fitting).rejects.toMatchObject({ code: "NO_CHECKPOINT" });
});
