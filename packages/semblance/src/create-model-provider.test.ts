import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { collect } from "@semblance/core";
import { expect, test } from "vitest";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { tinyModel } from "../fixtures/tiny-model.ts";
import { createModelProvider } from "./create-model-provider.ts";

const fixtures = join(tinyModel, "..");
const fixture = (path: string) => readFileSync(join(fixtures, path));

test("auto names the precision that it came to, and hashes its files", async () => {
  const model = temporaryFolder();
  cpSync(tinyModel, model, { recursive: true });
  const open = async (dtype: "auto" | "fp32") => {
    const opened = await createModelProvider({ dtype }).open(model);
    await using _encoder = opened.encoder;
    return { dtype: opened.dtype, hash: await opened.hashWeights?.(), id: opened.encoder.id };
  };
  const found = await open("auto");
  expect(found).toMatchObject({ dtype: "fp32", hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(found).toEqual(await open("fp32"));
});

test("a folder of Immich is a model like others", async () => {
  const model = temporaryFolder({
    "config.json": JSON.stringify({ embed_dim: 8, text_cfg: { context_length: 20 } }),
    "visual/preprocess_cfg.json": JSON.stringify({ size: 16 }),
    "visual/model.onnx": fixture("graphs/open-clip-visual.onnx"),
    "textual/model.onnx": fixture("graphs/open-clip-textual.onnx"),
    "textual/tokenizer.json": fixture("tiny-clip/tokenizer.json"),
    "textual/tokenizer_config.json": JSON.stringify({ pad_token: "<|endoftext|>" }),
  });
  const { encoder } = await createModelProvider().open(model);
  await using _encoder = encoder;
  const { embeddings } = await collect(encoder.text?.encode(["a dog", "a cat"]) ?? []);
  expect([embeddings.count, embeddings.dimension]).toEqual([2, 8]);
});

test("a device that is not there is said before a model is read", async () => {
  const device = process.platform === "darwin" ? "dml" : "coreml";
  await expect(createModelProvider({ device }).open(tinyModel)).rejects.toMatchObject({
    code: "DEVICE_UNAVAILABLE",
  });
});
