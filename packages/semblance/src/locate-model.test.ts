import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { filesOf, type HubServer, startHub } from "#hub-server";
import { runForDocument } from "../fixtures/command-run.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { folderWithPairs, tinyModel } from "../fixtures/tiny-model.ts";
import { createModelProvider } from "./create-model-provider.ts";
import { locateCheckpoint, locateModel } from "./locate-model.ts";

const onnx = filesOf(tinyModel);
const { "config.json": config = new Uint8Array() } = onnx;
const checkpoint = { "config.json": config, "model.safetensors": Buffer.from("weights") };
const pickle = { "config.json": config, "pytorch_model.bin": Buffer.from("pickle") };

let hub: HubServer;
let cacheFolder: string;

beforeEach(async () => {
  for (const name of ["HF_HUB_OFFLINE", "HF_TOKEN", "HF_HUB_CACHE"]) vi.stubEnv(name, undefined);
  hub = await startHub({
    "someone/onnx": { files: onnx },
    "someone/both": { files: { ...onnx, ...checkpoint } },
    "someone/checkpoint": { files: checkpoint },
    "someone/pickle": { files: pickle },
  });
  cacheFolder = temporaryFolder();
  vi.stubEnv("HF_HOME", cacheFolder);
  vi.stubEnv("HF_ENDPOINT", hub.url);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await hub[Symbol.asyncDispose]();
});

/** Where the cache shows a repository's files. */
const snapshotOf = (id: string) =>
  join(cacheFolder, "hub", `models--${id.replace("/", "--")}`, "snapshots", hub.commitOf(id));

test("a hub id with ONNX files opens as they are", async () => {
  const opened = await createModelProvider().open("someone/onnx");
  await using encoder = opened.encoder;
  expect(opened.folder).toBe(snapshotOf("someone/onnx"));
  expect(opened.checkpoint).toBeUndefined();
  expect(encoder.dimension).toBe(8);
});

test("weights to train are brought when they are asked for", async () => {
  const { folder, openCheckpoint } = await locateModel("someone/both", {});
  expect(readdirSync(folder)).not.toContain("model.safetensors");
  expect(await openCheckpoint?.()).toBe(folder);
  expect(readFileSync(join(folder, "model.safetensors"), "utf8")).toBe("weights");
});

test("a hub id with a checkpoint alone is brought to be exported", async () => {
  const located = await locateModel("someone/checkpoint", {});
  const folder = snapshotOf("someone/checkpoint");
  expect(located).toEqual({ folder, hasOnnx: false, hasCheckpoint: true });
  const provider = createModelProvider({ python: "/nowhere/python", cacheFolder });
  await expect(provider.open("someone/checkpoint")).rejects.toMatchObject({
    code: "PYTHON_NOT_FOUND",
  });
  expect(await locateCheckpoint("someone/checkpoint", { hub: { offline: true } })).toBe(folder);
  const unreachable = { endpoint: "http://localhost:2", retries: 0 };
  expect(await locateModel("someone/checkpoint", { hub: unreachable })).toEqual(located);
  await expect(locateModel("someone/both", { hub: unreachable })).rejects.toMatchObject({
    code: "HUB_UNREACHABLE",
  });
});

test("a repository with neither says all that was looked for", async () => {
  await expect(locateModel("someone/pickle", {})).rejects.toMatchObject({
    code: "NOT_A_MODEL",
    message: expect.stringMatching(
      /has no model in ONNX: looked for onnx\/vision_model.onnx, .* looked for config.json with model.safetensors; pytorch_model.bin is a pickle/,
    ),
  });
});

test("a folder comes first, and what is neither folder nor hub id is not asked for", async () => {
  expect(await locateModel(tinyModel, {})).toMatchObject({ folder: tinyModel, hasOnnx: true });
  await expect(locateModel("no-model", {})).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
  await expect(locateCheckpoint(tinyModel, {})).rejects.toMatchObject({ code: "NO_CHECKPOINT" });
  expect(hub.requests).toEqual([]);
});

test("a name that the hub does not have either is told with the folder that was looked for", async () => {
  await expect(locateModel("someone/gone", {})).rejects.toMatchObject({
    code: "MODEL_NOT_FOUND",
    message: expect.stringMatching(/^There is no folder .*gone, .* The hub has no someone\/gone/),
  });
});

test("--offline downloads nothing, and uses what was downloaded", async () => {
  const data = join(folderWithPairs(), "pairs.csv");
  const evaluate = (...more: string[]) =>
    runForDocument("eval", "-m", "someone/onnx", "-d", data, ...more);
  const before = await evaluate("--offline");
  expect(before.document.error).toMatchObject({ code: "MODEL_NOT_CACHED" });
  expect(hub.requests).toEqual([]);
  const online = await evaluate();
  const asked = hub.requests.length;
  const offline = await evaluate("--offline");
  expect([before.exitCode, online.exitCode, offline.exitCode]).toEqual([1, 0, 0]);
  expect(offline.document.metrics).toEqual(online.document.metrics);
  expect(hub.requests).toHaveLength(asked);
});

test("every verb that opens a model hears --offline", async () => {
  const data = join(folderWithPairs(), "pairs.csv");
  const output = join(cacheFolder, "output");
  const id = "someone/both";
  for (const parameters of [
    ["export", id],
    ["train", "-m", id, "-d", data],
    ["embed", "-m", id, "-d", data],
  ]) {
    const { document } = await runForDocument(...parameters, "-o", output, "--offline");
    expect(document.error, parameters[0]).toMatchObject({ code: "MODEL_NOT_CACHED" });
  }
  expect(hub.requests).toEqual([]);
});
