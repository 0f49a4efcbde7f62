import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tinyId, useHub } from "../fixtures/hub-test.ts";

const pickled = {
  "config.json": Buffer.from("{}"),
  "pytorch_model.bin": Buffer.from("a pickle"),
};
const converted = { ...pickled, "model.safetensors": Buffer.from("its weights") };
const outdated = { ...converted, "pytorch_model.bin": Buffer.from("an older pickle") };
const forged = { ...pickled, "model.safetensors": Buffer.from("other weights") };

const pullRequests = [
  { number: 1, author: "a stranger", files: forged },
  { number: 2, author: "SFconvertbot", files: outdated },
  { number: 3, author: "SFconvertbot", files: converted },
];

const at = useHub({
  [tinyId]: { files: pickled, pullRequests },
  "someone/stranger-only": { files: pickled, pullRequests: pullRequests.slice(0, 1) },
  "someone/outdated": { files: pickled, pullRequests: pullRequests.slice(0, 2) },
});

test("a pickle's weights come from the branch of the hub's own converter", async () => {
  const model = await at.download({ format: "safetensors" });
  expect(model.commit).toBe(at.hub.commitOf(tinyId, "refs/pr/3"));
  expect(model.files).toEqual(["config.json", "model.safetensors"]);
  const weights = await readFile(join(model.folder, "model.safetensors"), "utf8");
  expect(weights).toBe("its weights");
});

test("the conversion is found again offline", async () => {
  const { folder } = await at.download({ format: "safetensors" });
  expect(await at.download({ format: "safetensors", offline: true })).toMatchObject({ folder });
});

test("a conversion by anybody else, or of other weights, does not count", async () => {
  for (const id of ["someone/stranger-only", "someone/outdated"]) {
    await expect(at.download({ id, format: "safetensors" })).rejects.toMatchObject({
      code: "NO_CHECKPOINT",
      message: expect.stringContaining("pytorch_model.bin is a pickle"),
    });
  }
});

test("a branch can be asked for by name", async () => {
  const model = await at.download({ id: `${tinyId}@refs/pr/2`, format: "safetensors" });
  expect(model.commit).toBe(at.hub.commitOf(tinyId, "refs/pr/2"));
});
