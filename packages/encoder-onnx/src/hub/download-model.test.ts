import { mkdirSync, writeFileSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Progress } from "@semblance/core";
import { expect, test, vi } from "vitest";
import { etagOf, type Fault } from "#hub-server";
import {
  answerStatus,
  closedEndpoint,
  tinyFiles,
  tinyId,
  useHub,
  visionFile,
} from "../fixtures/hub-test.ts";

const at = useHub({ [tinyId]: { files: tinyFiles } });
const encoderFiles = Object.keys(tinyFiles).filter((path) => path !== "README.md");
const listing = "main?blobs=true";

test("the files that an encoder needs arrive in the layout of the hub's cache, and no others", async () => {
  const model = await at.download();
  const commit = at.hub.commitOf(tinyId);
  const root = join(at.cacheFolder, "models--someone--tiny-clip");
  const folder = join(root, "snapshots", commit);
  expect(model).toEqual({ id: tinyId, commit, folder, files: encoderFiles });
  for (const path of encoderFiles) {
    expect(await readFile(join(folder, path))).toEqual(tinyFiles[path]);
  }
  expect(await readFile(join(root, "refs/main"), "utf8")).toBe(commit);
  expect(await readdir(folder)).not.toContain("README.md");
  expect(await at.findParts()).toEqual([]);
});

test("what is in the cache is not asked for again, but for the listing", async () => {
  await at.download();
  const before = at.hub.requests.length;
  await at.download();
  const asked = at.hub.requests.slice(before).map(({ path }) => path);
  expect(asked).toEqual([`/api/models/${tinyId}/revision/${listing}`]);
});

test("progress counts bytes up to the total", async () => {
  const seen: Progress[] = [];
  await at.download({ onProgress: (progress) => seen.push(progress) });
  const sizes = encoderFiles.map((path) => tinyFiles[path]?.length ?? 0);
  const total = sizes.reduce((sum, size) => sum + size);
  const stage = `downloading ${tinyId}`;
  expect(seen.at(-1)).toEqual({ stage, done: total, total, unit: "bytes" });
  expect(seen.every(({ done }, i) => done >= (seen[i - 1]?.done ?? 0))).toBe(true);
});

test("a repository, revision or host that does not exist is told apart", async () => {
  await expect(at.download({ id: "someone/else" })).rejects.toMatchObject({
    code: "MODEL_NOT_FOUND",
    message: expect.stringMatching(/^The hub has no someone\/else at main \(http/),
  });
  await expect(at.download({ id: `${tinyId}@v9` })).rejects.toMatchObject({
    code: "MODEL_NOT_FOUND",
    message: expect.stringMatching(/no such revision: someone\/tiny-clip at v9/),
  });
  const endpoint = await closedEndpoint();
  await expect(at.download({ endpoint, retries: 0 })).rejects.toMatchObject({
    code: "HUB_UNREACHABLE",
    message: expect.stringContaining("ECONNREFUSED"),
  });
});

test("a gated model says how to get in, a private one that it may not exist", async () => {
  at.hub.misbehave(listing, answerStatus(401, { "x-error-code": "GatedRepo" }), answerStatus(401));
  await expect(at.download()).rejects.toMatchObject({
    code: "MODEL_FORBIDDEN",
    fix: "Ask for access on the model's page, then give a token in HF_TOKEN.",
  });
  await expect(at.download({ token: "hf_other" })).rejects.toMatchObject({
    code: "MODEL_FORBIDDEN",
    message: expect.stringContaining("it is private, or there is no such repository"),
    fix: "Check the name, or give the token of an account that may read it in HF_TOKEN.",
  });
});

test("an answer that is no listing, or names a path outside the folder, is refused", async () => {
  const say = (text: string): Fault => {
    return ({ response }) => void response.end(text);
  };
  const evil = { sha: at.hub.commitOf(tinyId), siblings: [{ rfilename: "../../evil.json" }] };
  at.hub.misbehave(listing, say("<html>"), say("{}"), say(JSON.stringify(evil)));
  for (const problem of ["it is not JSON", "sha", "expected a relative path"]) {
    await expect(at.download()).rejects.toMatchObject({
      code: "HUB_ANSWER_INVALID",
      message: expect.stringContaining(problem),
    });
  }
});

test("a commit is that commit, whatever the hub would give in its place", async () => {
  const wanted = "0123456789".repeat(4);
  const siblings = [{ rfilename: visionFile }];
  const other = JSON.stringify({ sha: at.hub.commitOf(tinyId), siblings });
  at.hub.misbehave(`${wanted}?blobs=true`, ({ response }) => void response.end(other));
  await expect(at.download({ revision: wanted })).rejects.toMatchObject({
    code: "HUB_ANSWER_INVALID",
  });
});

test("a mirror whose listing has names only is asked for the hashes", async () => {
  const namesOnly: Fault = ({ response }) => {
    const siblings = Object.keys(tinyFiles).map((rfilename) => ({ rfilename }));
    response.end(JSON.stringify({ sha: at.hub.commitOf(tinyId), siblings }));
  };
  at.hub.misbehave(listing, namesOnly, namesOnly);
  await at.download();
  expect(at.requestsFor(visionFile).map(({ method }) => method)).toEqual(["HEAD", "GET"]);
  await rm(at.cacheFolder, { recursive: true });
  at.hub.misbehave(visionFile, answerStatus(200, { etag: '"other"', "content-length": "5" }));
  await expect(at.download()).rejects.toMatchObject({
    code: "HUB_ANSWER_INVALID",
    message: expect.stringContaining("no hash to check the file by"),
  });
});

test("a disk without room is told before a file is asked for", async () => {
  at.hub.misbehave(listing, ({ response }) => {
    const lfs = { sha256: "0".repeat(64), size: 2 ** 52 };
    const siblings = [{ rfilename: visionFile, lfs }];
    response.end(JSON.stringify({ sha: at.hub.commitOf(tinyId), siblings }));
  });
  await expect(at.download()).rejects.toMatchObject({ code: "DISK_FULL" });
  expect(at.hub.requests).toHaveLength(1);
});

test("a cache that cannot be written to says so", async () => {
  const file = join(at.cacheFolder, "file");
  writeFileSync(file, "");
  await expect(at.download({ cacheFolder: file })).rejects.toMatchObject({
    code: "CACHE_UNUSABLE",
    message: expect.stringContaining(file),
  });
});

test("offline, the cache is enough, and what it lacks is named", async () => {
  await expect(at.download({ offline: true })).rejects.toMatchObject({ code: "MODEL_NOT_CACHED" });
  const { folder } = await at.download();
  vi.stubEnv("HF_HUB_OFFLINE", "1");
  const before = at.hub.requests.length;
  expect((await at.download()).folder).toBe(folder);
  const pinned = `${tinyId}@${at.hub.commitOf(tinyId)}`;
  expect((await at.download({ id: pinned })).folder).toBe(folder);
  await expect(at.download({ dtype: "int8" })).rejects.toMatchObject({
    code: "MODEL_NOT_CACHED",
    message: expect.stringContaining("no ONNX files in int8"),
  });
  expect(at.hub.requests).toHaveLength(before);
});

test("a hub that does not answer is no obstacle to what is in the cache", async () => {
  const { folder } = await at.download();
  at.hub.misbehave(listing, answerStatus(503));
  expect((await at.download()).folder).toBe(folder);
  expect((await at.download({ endpoint: await closedEndpoint() })).folder).toBe(folder);
});

test("a file of the cache that is cut off is fetched again", async () => {
  const { folder } = await at.download();
  writeFileSync(join(folder, visionFile), "short");
  await at.download();
  expect(await readFile(join(folder, visionFile))).toEqual(tinyFiles[visionFile]);
});

test("what is no hub id or revision, and an option that does not exist, is refused", async () => {
  for (const id of ["tiny-clip", "a/b/c", "../tiny", "a/b@../x", "a/b--c", "a b/c"]) {
    await expect(at.download({ id })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  }
  const revision = "../main";
  await expect(at.download({ revision })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  await expect(at.download(JSON.parse('{ "folder": "x" }'))).rejects.toMatchObject({
    message: 'Invalid download options: unknown key "folder".',
  });
  expect(at.hub.requests).toEqual([]);
});

test("parts of a process that died are taken over, those of a living one are not", async () => {
  const content = tinyFiles[visionFile] ?? new Uint8Array();
  const host = hostname().replace(/[^\w]/g, "");
  const partOf = (pid: number) =>
    `${etagOf(visionFile, content)}.semblance-${host}-${pid}-0.incomplete`;
  mkdirSync(at.blobFolder, { recursive: true });
  writeFileSync(join(at.blobFolder, partOf(process.pid)), content.subarray(0, 3000));
  writeFileSync(join(at.blobFolder, partOf(2 ** 30)), content.subarray(0, 2000));
  await at.download();
  expect(at.requestsFor(visionFile)[0]?.range).toBe("bytes=2000-");
  expect(await at.findParts()).toEqual([partOf(process.pid)]);
});
