import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { hashCheckpoint } from "./checkpoint-hash.ts";

const files = { "config.json": '{"a":1}', "model.safetensors": "weights", "merges.txt": "a b" };

test("the key is the content's: another folder with the same files has the same", async () => {
  const key = await hashCheckpoint(temporaryFolder(files));
  expect(key).toMatch(/^[0-9a-f]{32}$/);
  expect(await hashCheckpoint(temporaryFolder(files))).toBe(key);
});

test.each(Object.keys(files))("a change of %s changes the key", async (name) => {
  const folder = temporaryFolder(files);
  const key = await hashCheckpoint(folder);
  writeFileSync(join(folder, name), "changed");
  expect(await hashCheckpoint(folder)).not.toBe(key);
});

test("another name changes the key, files of other kinds do not", async () => {
  const folder = temporaryFolder(files);
  const key = await hashCheckpoint(folder);
  writeFileSync(join(folder, "README.md"), "about the model");
  expect(await hashCheckpoint(folder)).toBe(key);
  renameSync(join(folder, "merges.txt"), join(folder, "metrics.txt"));
  expect(await hashCheckpoint(folder)).not.toBe(key);
});
