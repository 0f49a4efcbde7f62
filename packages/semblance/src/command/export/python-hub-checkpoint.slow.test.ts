import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { filesOf, type HubServer, startHub } from "#hub-server";
import { sharedFolder } from "#shared";
import { runForDocument } from "../../../fixtures/command-run.ts";
import { hasPython } from "../../../fixtures/python.ts";
import { temporaryFolder } from "../../../fixtures/temporary-folder.ts";

const oracle = sharedFolder("oracle", "tiny-clip") ?? "";
const table = sharedFolder("data", "flickr8k-800", "test.csv") ?? "";
const id = "someone/only-a-pickle";

describe.skipIf(!hasPython || oracle === "" || table === "")("a checkpoint on the hub", () => {
  let hub: HubServer;
  beforeEach(async () => {
    const converted = filesOf(join(oracle, "checkpoint"));
    const { "model.safetensors": _, ...rest } = converted;
    const pickle = { "pytorch_model.bin": Buffer.from("not read by anybody") };
    const files = { ...converted, ...pickle };
    const pullRequests = [{ number: 7, author: "SFconvertbot", files }];
    hub = await startHub({ [id]: { files: { ...rest, ...pickle }, pullRequests } });
    const folder = temporaryFolder();
    for (const name of ["HF_HUB_OFFLINE", "HF_TOKEN", "HF_HUB_CACHE"]) vi.stubEnv(name, undefined);
    vi.stubEnv("HF_ENDPOINT", hub.url);
    vi.stubEnv("HF_HOME", join(folder, "hub home"));
    vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await hub[Symbol.asyncDispose]();
  });

  test("is converted, exported and evaluated; the second time from the caches alone", async () => {
    const parameters = ["eval", "-m", id, "-d", table, "--no-ci", "--k", "1,5,10"];
    const { document } = await runForDocument(...parameters);
    const path = join(oracle, "transformers/expected_metrics.json");
    const expected = JSON.parse(readFileSync(path, "utf8")).t2i;
    for (const [name, value] of Object.entries(expected)) {
      expect(document.metrics[`t2i.${name}`]?.value, name).toBeCloseTo(Number(value), 6);
    }
    expect(document.model).toMatchObject({ name: id });
    const asked = hub.requests.length;
    const again = await runForDocument(...parameters, "--offline", "--python", "/nowhere/python");
    expect(again.document.metrics).toEqual(document.metrics);
    expect(hub.requests).toHaveLength(asked);
  }, 60_000);
});
