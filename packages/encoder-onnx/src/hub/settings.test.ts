import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { readHubSettings } from "./settings.ts";

const home = mkdtempSync(join(tmpdir(), "hub home "));

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

test("without anything said, it is the public hub and the user's cache", async () => {
  const settings = await readHubSettings({}, { HF_HOME: home });
  expect(settings).toEqual({
    cacheFolder: join(home, "hub"),
    endpoint: "https://huggingface.co",
    token: undefined,
    offline: false,
    timeoutMs: 30_000,
    retries: 5,
    retryDelayMs: 500,
  });
  const { cacheFolder } = await readHubSettings({}, {});
  expect(cacheFolder).toBe(join(homedir(), ".cache/huggingface/hub"));
});

test("the cache is where Python's huggingface_hub looks", async () => {
  const folderFor = async (environment: Record<string, string>) =>
    (await readHubSettings({}, environment)).cacheFolder;
  expect(await folderFor({ XDG_CACHE_HOME: "/caches" })).toBe("/caches/huggingface/hub");
  expect(await folderFor({ HF_HOME: "~/models" })).toBe(join(homedir(), "models/hub"));
  expect(await folderFor({ HF_HOME: "/a", HUGGINGFACE_HUB_CACHE: "/b" })).toBe("/b");
  const both = { HUGGINGFACE_HUB_CACHE: "/b", HF_HUB_CACHE: "$ROOT/c/$USER", ROOT: "/r" };
  expect(await folderFor({ ...both, USER: "ann" })).toBe("/r/c/ann");
  expect(await folderFor({ HF_HUB_CACHE: "/$NOT_SET/c" })).toBe("/$NOT_SET/c");
});

test("a mirror, and being offline, can be set outside", async () => {
  const environment = { HF_ENDPOINT: "https://mirror.test/hub//", HF_HUB_OFFLINE: "yes" };
  const settings = await readHubSettings({}, environment);
  expect(settings).toMatchObject({ endpoint: "https://mirror.test/hub", offline: true });
  expect(await readHubSettings({}, { TRANSFORMERS_OFFLINE: "1" })).toMatchObject({ offline: true });
  expect(await readHubSettings({}, { HF_HUB_OFFLINE: "0" })).toMatchObject({ offline: false });
});

test("the token is the one named, else the one that a login kept", async () => {
  const tokenFor = async (environment: Record<string, string>) =>
    (await readHubSettings({}, { HF_HOME: home, ...environment })).token;
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "token"), "hf_kept\n");
  expect(await tokenFor({})).toBe("hf_kept");
  expect(await tokenFor({ HF_TOKEN_PATH: join(home, "gone") })).toBeUndefined();
  expect(await tokenFor({ HUGGING_FACE_HUB_TOKEN: "hf_old" })).toBe("hf_old");
  expect(await tokenFor({ HUGGING_FACE_HUB_TOKEN: "hf_old", HF_TOKEN: " hf_new " })).toBe("hf_new");
  expect(
    await tokenFor({ HF_TOKEN: "hf_new", HF_HUB_DISABLE_IMPLICIT_TOKEN: "1" }),
  ).toBeUndefined();
});

test("what the caller says comes first", async () => {
  const config = { cacheFolder: "/c", endpoint: "http://h/", token: "t", offline: false };
  const environment = { HF_HUB_CACHE: "/b", HF_ENDPOINT: "http://e", HF_TOKEN: "x" };
  const settings = await readHubSettings(config, { ...environment, HF_HUB_OFFLINE: "1" });
  expect(settings).toMatchObject({ ...config, endpoint: "http://h" });
});
