import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Encoder, ModelProvider } from "@semblance/core";
import { createFakeEncoder } from "@semblance/core/conformance";
import { afterEach, beforeEach, expect, test } from "vitest";
import { columns, manyPairs, pairs } from "../../fixtures/pairs.ts";
import { createMatcher } from "../create-matcher.ts";
import { semanticSearch } from "../search/semantic-search.ts";
import { loadMatcher } from "./load-matcher.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "semblance calibration "));
});
afterEach(() => rm(folder, { recursive: true }));

/** Opens any folder as the fake encoder with the precision given. */
function providerOf(dtype = "fp32"): ModelProvider {
  return {
    open: async (model) => ({ encoder: encoderOf(dtype), folder: model, dtype }),
  };
}

function encoderOf(dtype: string): Encoder {
  const encoder = createFakeEncoder({ dimension: 64 });
  const { image } = encoder;
  return image && dtype !== "fp32" ? { ...encoder, image: { ...image, id: dtype } } : encoder;
}

/** A calibrated matcher, saved; gives its folder. */
async function saveCalibrated(manifest?: object): Promise<string> {
  const model = await mkdtemp(join(folder, "model-"));
  await writeFile(join(model, "weights.onnx"), "weights");
  if (manifest) await writeFile(join(model, "semblance.json"), JSON.stringify(manifest));
  await using matcher = await createMatcher({ provider: providerOf(), model, ...columns });
  await matcher.calibrate({ data: manyPairs });
  const saved = join(folder, "saved");
  await matcher.save(saved);
  return saved;
}

async function readManifest(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(path, "semblance.json"), "utf8"));
}

test("a calibration is saved and loaded with the model, and gives the same probabilities", async () => {
  const saved = await saveCalibrated({ schema: 1, name: "mine", calibration: null });
  expect(await readManifest(saved)).toMatchObject({ name: "mine", calibration: { schema: 1 } });
  await using loaded = await loadMatcher(saved, { provider: providerOf() });
  const found = await loaded.predictProba(pairs);
  expect(found).toMatchObject({ calibrated: true, warnings: [] });
  await using fresh = await createMatcher({ provider: providerOf(), model: folder, ...columns });
  await fresh.calibrate({ data: manyPairs });
  expect((await fresh.predictProba(pairs)).probabilities).toEqual(found.probabilities);
});

test("a model folder without semblance.json gets one that says what its encoder says", async () => {
  const saved = await saveCalibrated();
  expect(await readManifest(saved)).toMatchObject({
    schema: 1,
    name: "fake",
    dimension: 64,
    scoring: { kind: "softmax", logitScale: 100, logitBias: 0 },
    files: {},
  });
});

test("a calibration of another precision is left out, with a warning that says why", async () => {
  const saved = await saveCalibrated();
  await using loaded = await loadMatcher(saved, { provider: providerOf("int8") });
  const found = await loaded.predict(pairs);
  expect(found.calibrated).toBe(false);
  expect(found.warnings).toMatchObject([{ code: "CALIBRATION_STALE" }]);
  expect(found.warnings[0]?.message).toContain("made with fp32, and the model runs with int8");
});

test("a search does not use a stale calibration, and says so when it is asked to", async () => {
  const saved = await saveCalibrated();
  await using matcher = await loadMatcher(saved, { provider: providerOf("int8") });
  const sides = { queryData: { caption: ["red dog"] }, responseData: { image: pairs.image } };
  const [hits] = await semanticSearch({ matcher, ...sides });
  expect(hits?.[0]).not.toHaveProperty("probability");
  const abstaining = semanticSearch({ matcher, ...sides, abstain: true });
  await expect(abstaining).rejects.toMatchObject({ code: "CALIBRATION_STALE" });
});

test("what cannot be read as a calibration is a warning that names the file, until there is a new one", async () => {
  const saved = await saveCalibrated();
  const manifest = await readManifest(saved);
  const calibration = { ...(manifest.calibration as object), calibration: { method: "magic" } };
  await writeFile(join(saved, "semblance.json"), JSON.stringify({ ...manifest, calibration }));
  await using loaded = await loadMatcher(saved, { provider: providerOf() });
  const found = await loaded.predictProba(pairs);
  expect(found).toMatchObject({ calibrated: false, warnings: [{ code: "CALIBRATION_INVALID" }] });
  expect(found.warnings[0]?.message).toContain("semblance.json");
  await loaded.calibrate({ data: manyPairs });
  expect(await loaded.predictProba(pairs)).toMatchObject({ calibrated: true, warnings: [] });
});

test("a calibration that cannot be stored names the way out", async () => {
  const model = await mkdtemp(join(folder, "model-"));
  await using matcher = await createMatcher({ provider: providerOf(), model, ...columns });
  await matcher.calibrate({ data: manyPairs });
  const blocked = join(folder, "blocked");
  await mkdir(join(blocked, "semblance.json"), { recursive: true });
  await expect(matcher.save(blocked)).rejects.toMatchObject({ code: "MODEL_NOT_WRITABLE" });
});
