import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { fixturePath } from "../fixtures/fixture-path.ts";
import { answerStatus, tinyFiles, tinyId, useHub } from "../fixtures/hub-test.ts";
import { modelNameOf } from "../hub/cache.ts";
import { knownConversionOf } from "../hub/known-conversions.ts";
import { resolveModelFolder } from "./resolve-model-folder.ts";

const original = "openai/clip-vit-base-patch32";
const conversion = knownConversionOf(original, undefined);
const repository = conversion?.repository ?? "";
const checkpoint = { "config.json": Buffer.from("{}"), "model.safetensors": Buffer.from("") };

const at = useHub({
  [tinyId]: { files: tinyFiles },
  [original]: { files: checkpoint },
  [repository]: { files: tinyFiles },
  "someone/checkpoint": { files: checkpoint },
});

function resolveModel(model: string, revision?: string) {
  const place = { endpoint: at.hub.url, cacheFolder: at.cacheFolder, revision };
  return resolveModelFolder({ model, hub: { ...place, retries: 2, retryDelayMs: 1 } });
}

test("a folder is itself, and nothing is asked", async () => {
  const folder = fixturePath("tiny-clip");
  expect(await resolveModel(folder)).toBe(folder);
  expect(at.hub.requests).toEqual([]);
});

test("a hub id is the folder of its files, which tells its name", async () => {
  const folder = await resolveModel(tinyId);
  expect(modelNameOf(folder)).toBe(tinyId);
  expect(await resolveModel(`${tinyId}@${at.hub.commitOf(tinyId)}`)).toBe(folder);
  expect(await resolveModel(folder)).toBe(folder);
});

test("a folder comes before a hub id of that name", async () => {
  const parent = await mkdtemp(join(tmpdir(), "models "));
  const folder = join(parent, "tiny-clip");
  await mkdir(folder);
  const path = relative(process.cwd(), folder);
  expect(await resolveModel(path)).toBe(folder);
  await rm(parent, { recursive: true });
});

test("a model without ONNX files is taken from its known conversion, at the pinned commit", async () => {
  await expect(resolveModel(original)).rejects.toMatchObject({
    code: "NO_ONNX",
    message: expect.stringMatching(/looked for .* Its known conversion cannot be had: .*revision/),
  });
  const revision = conversion?.revision ?? "";
  const asked = at.hub.requests.map(({ path }) => path);
  expect(asked.at(-1)).toBe(`/api/models/${repository}/revision/${revision}?blobs=true`);
  at.hub.alias(repository, revision);
  expect(modelNameOf(await resolveModel(original))).toBe(repository);
  at.hub.misbehave("", ...Array.from({ length: 3 }, () => answerStatus(503)));
  expect(modelNameOf(await resolveModel(original))).toBe(repository);
});

test("a model without a known conversion, or of a named revision, is not replaced by another", async () => {
  await expect(resolveModel("someone/checkpoint")).rejects.toMatchObject({ code: "NO_ONNX" });
  await expect(resolveModel(`${original}@main`)).rejects.toMatchObject({ code: "NO_ONNX" });
  await expect(resolveModel(original, "main")).rejects.toMatchObject({ code: "NO_ONNX" });
});

test("a name that may be a mistyped path says that there is no such folder", async () => {
  await expect(resolveModel("models/clpi")).rejects.toMatchObject({
    code: "MODEL_NOT_FOUND",
    message: expect.stringMatching(
      /^There is no folder \/.*models\/clpi, so it was taken for a name/,
    ),
  });
});

test("what is neither a folder nor a hub id is not found", async () => {
  const file = join(at.cacheFolder, "file");
  await writeFile(file, "");
  for (const model of ["nowhere", "./no/where", "/no/where/at-all", file]) {
    await expect(resolveModel(model)).rejects.toMatchObject({
      code: "MODEL_NOT_FOUND",
      message: expect.stringMatching(/^There is no model folder at \//),
    });
  }
  expect(at.hub.requests).toEqual([]);
});
