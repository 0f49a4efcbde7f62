import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import {
  applyHead,
  collect,
  decodeHead,
  type Embeddings,
  type EncodedPairs,
  type FitResult,
  normalizeRows,
  toEmbeddings,
} from "@semblance/core";
import { createOnnxEncoder } from "@semblance/encoder-onnx";
import { expect, test } from "vitest";
import { createAdapterTrainer } from "./create-adapter-trainer.ts";
import { makePairs } from "./fixtures/made-pairs.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";
import type { AdapterConfig } from "./hyperparameters.ts";

const encoderFixtures = resolve(import.meta.dirname, "../../encoder-onnx/src/fixtures");
const tinyClip = join(encoderFixtures, "tiny-clip");
const dimension = 8;
const scoring = { kind: "softmax", logitScale: 20, logitBias: 0 } as const;
const train = makePairs({ images: 100, dimension, noise: 0.3 });
const validation = makePairs({ images: 40, dimension, noise: 0.3, seed: 2 });
const closedForm: AdapterConfig = { ridge: [0.3], maxSteps: 0 };
const hopeless: AdapterConfig = { ridge: [1e12], maxSteps: 0 };

interface Given {
  readonly model: string;
  readonly runFolder?: string;
  readonly pairs?: { readonly train: EncodedPairs; readonly validation: EncodedPairs };
}

function runFit(config: AdapterConfig, given: Given): Promise<FitResult> {
  const { model, pairs = { train, validation } } = given;
  const runFolder = given.runFolder ?? join(temporaryFolder(), "run");
  return createAdapterTrainer(config).fit({ runFolder, model, seed: 0, scoring, ...pairs }).result;
}

const readJson = (...path: string[]) => JSON.parse(readFileSync(join(...path), "utf8"));
const sha256 = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");

const texts = ["a photo", "two dogs on a beach"];

async function embed(model: string) {
  await using encoder = await createOnnxEncoder({ model });
  const { embeddings } = await collect(encoder.text?.encode(texts) ?? []);
  return { texts: embeddings, text: encoder.text?.id, image: encoder.image?.id, of: encoder };
}

function expectClose(found: Embeddings, expected: Embeddings): void {
  for (const [i, value] of expected.data.entries()) {
    expect(Math.abs(value - (found.data[i] ?? Number.NaN))).toBeLessThan(1e-6);
  }
}

/** What the head in a model folder makes of text vectors. */
function behindHeadOf(model: string, vectors: Embeddings): Embeddings {
  const bytes = readFileSync(join(model, "head.safetensors"));
  const { text } = decodeHead(bytes, { tower: "text", dimension });
  if (!text) throw new Error("There is no head for texts.");
  return normalizeRows(toEmbeddings(applyHead(vectors, text), dimension));
}

test("the run is a model whose text vectors are the start's behind the head", async () => {
  const { model, kept } = await runFit(closedForm, { model: tinyClip });
  expect(kept).toBe("best");
  const [start, run] = [await embed(tinyClip), await embed(model)];
  expectClose(run.texts, behindHeadOf(model, start.texts));
  expect([run.image === start.image, run.text === start.text]).toEqual([true, false]);
  expect(run.of).toMatchObject({ name: "run", dimension, scoring });
});

test("the run lists its files with their hashes, and another hash of weights than the start", async () => {
  const { model } = await runFit(closedForm, { model: tinyClip });
  const [start, manifest] = [
    readJson(tinyClip, "semblance.json"),
    readJson(model, "semblance.json"),
  ];
  const { "head.safetensors": head, ...graphs } = manifest.files;
  const path = join(model, "head.safetensors");
  expect(head).toEqual({ sha256: sha256(path), bytes: statSync(path).size });
  expect(graphs).toEqual(start.files);
  expect(manifest).toMatchObject({
    base: start.name,
    head: { file: "head.safetensors", tower: "text" },
    weights: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  const other = await runFit({ ...closedForm, ridge: [3] }, { model: tinyClip });
  expect(readJson(other.model, "semblance.json").weights).not.toBe(manifest.weights);
  expect(readFileSync(join(model, "README.md"), "utf8")).toMatch(/judging half.*95 % interval/s);
});

test("a start without semblance.json becomes a run with one", async () => {
  const start = join(temporaryFolder(), "start");
  cpSync(tinyClip, start, { recursive: true, filter: (path) => !path.endsWith("semblance.json") });
  writeFileSync(join(start, "pytorch_model.bin"), "a pickle");
  const { model } = await runFit(closedForm, { model: start });
  const { files } = readJson(model, "semblance.json");
  const graph = "onnx/text_model.onnx";
  expect(files[graph]).toEqual({
    sha256: sha256(join(start, graph)),
    bytes: statSync(join(start, graph)).size,
  });
  expect(existsSync(join(model, "pytorch_model.bin"))).toBe(false);
  expectClose((await embed(model)).texts, behindHeadOf(model, (await embed(start)).texts));
});

test("a start that has a head already keeps it under the new one", async () => {
  const first = await runFit(closedForm, { model: tinyClip });
  const before = (await embed(first.model)).texts;
  const pairs = {
    train: makePairs({ images: 100, dimension, noise: 0.3, seed: 5 }),
    validation: makePairs({ images: 40, dimension, noise: 0.3, seed: 6 }),
  };
  const unchanged = await runFit(hopeless, { model: first.model });
  expect(unchanged.kept).toBe("start");
  expect((await embed(unchanged.model)).texts).toEqual(before);
  expect(readJson(unchanged.model, "semblance.json").weights).toBe(
    readJson(first.model, "semblance.json").weights,
  );
  const second = await runFit(closedForm, { model: first.model, pairs });
  const alone = await runFit(closedForm, { model: tinyClip, pairs });
  expectClose((await embed(second.model)).texts, behindHeadOf(alone.model, before));
});

test("a run that is fitted again is replaced whole, and what it does not own stays", async () => {
  const { model } = await runFit(closedForm, { model: tinyClip });
  writeFileSync(join(model, "onnx/text_model_fp16.onnx"), "of an earlier run");
  writeFileSync(join(model, "notes.txt"), "mine");
  const again = await runFit(hopeless, { model: tinyClip, runFolder: model });
  expect(again.kept).toBe("start");
  expect(existsSync(join(model, "head.safetensors"))).toBe(false);
  expect(readdirSync(join(model, "onnx"))).toEqual(readdirSync(join(tinyClip, "onnx")));
  expect(readFileSync(join(model, "notes.txt"), "utf8")).toBe("mine");
  expect(readJson(model, "job/exit.json")).toMatchObject({ ok: true, result: { kept: "start" } });
});

test("writing into a run's files does not change the start's", async () => {
  const start = join(temporaryFolder(), "start");
  cpSync(tinyClip, start, { recursive: true });
  chmodSync(join(start, "config.json"), 0o444);
  const { model } = await runFit(closedForm, { model: start });
  expect(statSync(join(model, "config.json")).mode & 0o200).toBe(0o200);
  writeFileSync(join(model, "config.json"), "{}");
  expect(readJson(start, "config.json")).toEqual(readJson(tinyClip, "config.json"));
});

test("a folder of somebody else's files keeps them, and is refused where the model would replace one", async () => {
  const own = temporaryFolder({ "captions.txt": "mine", "photos/list.json": "[]" });
  await runFit(closedForm, { model: tinyClip, runFolder: own });
  expect(readFileSync(join(own, "captions.txt"), "utf8")).toBe("mine");
  expect(existsSync(join(own, "photos/list.json"))).toBe(true);
  const other = temporaryFolder({ "README.md": "mine", "onnx/mine.onnx": "" });
  await expect(runFit(closedForm, { model: tinyClip, runFolder: other })).rejects.toMatchObject({
    code: "OUTPUT_OCCUPIED",
    message: expect.stringMatching(/holds (README.md, onnx|onnx, README.md)\./),
  });
  expect(readdirSync(other).toSorted()).toEqual(["README.md", "onnx"]);
});

test("vectors of another length than the model's are refused before anything is written", async () => {
  const small = makePairs({ images: 20, dimension: 4 });
  const runFolder = join(temporaryFolder(), "run");
  const pairs = { train: small, validation: small };
  await expect(runFit(closedForm, { model: tinyClip, runFolder, pairs })).rejects.toMatchObject({
    code: "EMBEDDINGS_INVALID",
    message: expect.stringMatching(/rows of 4, but the model's are of 8/),
  });
  expect(existsSync(runFolder)).toBe(false);
});

test("a folder that cannot be written to is an error with a remedy", async () => {
  const runFolder = join(temporaryFolder({ occupied: "a file" }), "occupied", "run");
  await expect(runFit(closedForm, { model: tinyClip, runFolder })).rejects.toMatchObject({
    code: "EXPORT_FAILED",
    fix: expect.stringMatching(/can be written/),
  });
});
