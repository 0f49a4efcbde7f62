import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { hashCheckpoint } from "./checkpoint-hash.ts";
import { exportOnce } from "./export-cache.ts";

const python = "/nowhere/python"; // an export would fail: what comes is from the cache

async function cachedExport(files: readonly string[]) {
  const checkpoint = temporaryFolder({ "config.json": "{}", "model.safetensors": "weights" });
  const cacheFolder = temporaryFolder();
  const model = join(cacheFolder, "exports", await hashCheckpoint(checkpoint));
  mkdirSync(model, { recursive: true });
  for (const name of files) writeFileSync(join(model, name), "{}");
  return { checkpoint, cacheFolder, model };
}

test("a checkpoint that was exported before needs no Python", async () => {
  const { checkpoint, cacheFolder, model } = await cachedExport(["semblance.json"]);
  expect(await exportOnce({ checkpoint, cacheFolder, python })).toBe(model);
});

test("an export that was broken off is not taken for a model", async () => {
  const { checkpoint, cacheFolder } = await cachedExport(["config.json"]);
  await expect(exportOnce({ checkpoint, cacheFolder, python })).rejects.toMatchObject({
    code: "PYTHON_NOT_FOUND",
  });
});
