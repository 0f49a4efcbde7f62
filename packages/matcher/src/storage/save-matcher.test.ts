import { mkdir, mkdtemp, open, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ModelError, type ModelProvider } from "@semblance/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { columns, freshEncoder, provider } from "../../fixtures/pairs.ts";
import { createMatcher } from "../create-matcher.ts";
import { loadMatcher } from "./load-matcher.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "semblance matcher "));
});
afterEach(() => rm(folder, { recursive: true }));

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
  const exported: ModelProvider = {
    open: async () => ({ encoder: freshEncoder(), folder: cache, checkpoint }),
  };
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
  const linked: ModelProvider = { open: async () => ({ encoder: freshEncoder(), folder: model }) };
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
  const local: ModelProvider = { open: async () => ({ encoder: freshEncoder(), folder: model }) };
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
  const local: ModelProvider = { open: async () => ({ encoder: freshEncoder(), folder: model }) };
  await using matcher = await createMatcher({ provider: local, model: "clip", ...columns });
  await matcher.save(join(folder, "alias"));
  expect(await readFile(join(model, "weights"), "utf8")).toBe("mine");
});

test("refuses to save an encoder that came without files", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  await expect(matcher.save(folder)).rejects.toThrow(ModelError);
});

test("says so when a folder holds no saved matcher", async () => {
  await expect(loadMatcher(folder, { provider })).rejects.toThrow("no matcher.json");
});
