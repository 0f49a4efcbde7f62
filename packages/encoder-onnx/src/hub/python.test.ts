import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { collect, type Encoder, rowOf } from "@semblance/core";
import { findPython } from "@semblance/trainer-bridge";
import { describe, expect, test } from "vitest";
import { startHub } from "#hub-server";
import { createOnnxEncoder } from "../create-onnx-encoder.ts";
import { fixturePath } from "../fixtures/fixture-path.ts";
import { tinyFiles, tinyId, useHub } from "../fixtures/hub-test.ts";

const python = lookForPython();
const at = useHub({ [tinyId]: { files: tinyFiles } });

/** Runs lines of Python with huggingface_hub imported; gives what they print. */
async function runPython(lines: string, environment: Record<string, string>): Promise<string> {
  const program = `import huggingface_hub as hub\n${lines}`;
  const env = { ...process.env, HF_HUB_CACHE: at.cacheFolder, ...environment };
  const { stdout } = await promisify(execFile)(python ?? "", ["-c", program], { env });
  return stdout.trim();
}

describe.runIf(python)("the cache is Python's too", () => {
  test("Python finds what we downloaded, without a request", async () => {
    const { folder } = await at.download();
    const lines = `print(hub.snapshot_download("${tinyId}", local_files_only=True))
print(hub.hf_hub_download("${tinyId}", "onnx/text_model.onnx"))
cache = hub.scan_cache_dir()
print(len(cache.warnings), [sorted(r.refs) for r in list(cache.repos)[0].revisions])`;
    const offline = { HF_HUB_OFFLINE: "1", HF_ENDPOINT: at.hub.url };
    const before = at.hub.requests.length;
    expect(await runPython(lines, offline)).toBe(
      [folder, join(folder, "onnx/text_model.onnx"), "0 [['main']]"].join("\n"),
    );
    expect(at.hub.requests).toHaveLength(before);
  });

  test("what Python downloaded is used without a request for a file, and offline", async () => {
    const environment = { HF_ENDPOINT: at.hub.url, HF_HUB_DISABLE_XET: "1" };
    const folder = await runPython(`print(hub.snapshot_download("${tinyId}"))`, environment);
    const before = at.hub.requests.length;
    const online = await at.download();
    const pinned = `${tinyId}@${at.hub.commitOf(tinyId)}`;
    const atCommit = await at.download({ id: pinned });
    const offline = await at.download({ offline: true });
    expect([online.folder, atCommit.folder, offline.folder]).toEqual([folder, folder, folder]);
    expect(await readFile(join(folder, "config.json"))).toEqual(tinyFiles["config.json"]);
    const asked = at.hub.requests.slice(before).map(({ path }) => path);
    expect(asked).toEqual([`/api/models/${tinyId}/revision/main?blobs=true`]);
  });

  test("what Python downloaded in part is not taken for a model", async () => {
    const lines = `print(hub.snapshot_download("${tinyId}", allow_patterns=["*.json", "onnx/vision*"]))`;
    await runPython(lines, { HF_ENDPOINT: at.hub.url, HF_HUB_DISABLE_XET: "1" });
    await expect(at.download({ offline: true })).rejects.toMatchObject({
      code: "MODEL_NOT_CACHED",
      message: expect.stringMatching(/It lacks onnx\/text_model.onnx\.$/),
    });
    await at.download();
    const asked = at.hub.requests.filter(({ path }) => path.includes("/resolve/"));
    expect(asked.at(-1)?.path).toContain("onnx/text_model.onnx");
  });

  test("a graph with its weights beside it runs from the cache, where both are links", async () => {
    const parts = join(at.cacheFolder, "parts");
    await mkdir(parts);
    const lines = `import onnx
graph = onnx.load("${fixturePath("tiny-clip/onnx/vision_model.onnx")}")
data = {"save_as_external_data": True, "location": "vision_model.onnx_data", "size_threshold": 200}
onnx.save(graph, "${parts}/vision_model.onnx", **data)`;
    await runPython(lines, {});
    const names = ["onnx/vision_model.onnx", "onnx/vision_model.onnx_data"];
    const graphs = names.map((name) => [name, readFileSync(join(parts, basename(name)))]);
    const { "semblance.json": _, ...rest } = tinyFiles;
    const files = { ...rest, ...Object.fromEntries(graphs) };
    await using hub = await startHub({ [tinyId]: { files } });
    const config = { model: tinyId, hub: { endpoint: hub.url, cacheFolder: at.cacheFolder } };
    await using split = await createOnnxEncoder(config);
    await using whole = await createOnnxEncoder({ model: fixturePath("tiny-clip") });
    const [one, other] = await Promise.all([split, whole].map(encodeGrey));
    expect(one?.length).toBe(8);
    expect(one).toEqual(other);
  });
});

async function encodeGrey({ image }: Encoder): Promise<Float32Array | undefined> {
  const picture = { rgb: new Uint8Array(300).fill(90), width: 10, height: 10 };
  return image && rowOf((await collect(image.encode([picture]))).embeddings, 0);
}

function lookForPython(): string | undefined {
  try {
    return findPython({});
  } catch (error) {
    if (process.env.CI) throw error;
    process.stderr.write("No Python environment is set up: the tests of the shared cache skip.\n");
    return undefined;
  }
}
