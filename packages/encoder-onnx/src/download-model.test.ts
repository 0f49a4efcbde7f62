import { readFileSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { Progress } from "@semblance/core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  etagOf,
  type Fault,
  filesOf,
  type HubServer,
  type RepositoryFiles,
  sendContent,
  startHub,
} from "#hub-server";
import { downloadModel } from "./download-model.ts";
import { fixturePath } from "./fixtures/fixture-path.ts";

const id = "someone/tiny-clip";
const files: RepositoryFiles = {
  ...filesOf(fixturePath("tiny-clip")),
  "README.md": Buffer.from("# Tiny"),
};
const vision = "onnx/vision_model.onnx";
const encoderFiles = Object.keys(files).filter((path) => path !== "README.md");

let hub: HubServer;
let cacheFolder: string;

beforeEach(async () => {
  for (const name of ["HF_HUB_OFFLINE", "HF_TOKEN", "HF_HOME"]) vi.stubEnv(name, undefined);
  hub = await startHub({ [id]: { files } });
  cacheFolder = await mkdtemp(join(tmpdir(), "hub cache "));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await hub[Symbol.asyncDispose]();
  await rm(cacheFolder, { recursive: true, force: true });
});

function download(options: Partial<Parameters<typeof downloadModel>[0]> = {}) {
  const { url: endpoint } = hub;
  return downloadModel({ id, endpoint, cacheFolder, retryDelayMs: 1, timeoutMs: 2000, ...options });
}

/** Sends some of the file, then cuts the connection. */
const cutAfter =
  (bytes: number): Fault =>
  ({ request, response, content }) => {
    const from = Number(/\d+/.exec(request.headers.range ?? "")?.[0] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, {
      "content-length": content.length - from,
      ...(from > 0 && { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` }),
    });
    response.write(content.subarray(from, from + bytes), () =>
      setTimeout(() => response.destroy(), 30),
    );
  };

const status =
  (code: number, headers: Record<string, string> = {}): Fault =>
  ({ response }) =>
    void response.writeHead(code, headers).end();

const withoutRanges: Fault = (exchange) => {
  delete exchange.request.headers.range;
  sendContent(exchange);
};

const send =
  (change: (content: Uint8Array) => Uint8Array): Fault =>
  (exchange) =>
    sendContent({ ...exchange, content: change(exchange.content) });

/** Where nobody listens. */
async function closedEndpoint(): Promise<string> {
  await using gone = await startHub({});
  return gone.url;
}

const requestsFor = (path: string) => hub.requests.filter((request) => request.path.endsWith(path));

test("the files that an encoder needs arrive in the layout of the hub's cache, and no others", async () => {
  const model = await download();
  const commit = hub.commitOf(id);
  const root = join(cacheFolder, "models--someone--tiny-clip");
  expect(model).toEqual({
    id,
    commit,
    folder: join(root, "snapshots", commit),
    files: encoderFiles,
  });
  for (const path of encoderFiles) {
    expect(await readFile(join(model.folder, path))).toEqual(files[path]);
  }
  expect(await readFile(join(root, "refs/main"), "utf8")).toBe(commit);
  expect(await readdir(model.folder)).not.toContain("README.md");
  expect((await readdir(join(root, "blobs"))).filter((name) => name.includes("."))).toEqual([]);
});

test("what is in the cache is not asked for again, but for the listing", async () => {
  await download();
  const before = hub.requests.length;
  await download();
  expect(hub.requests.slice(before).map(({ path }) => path)).toEqual([
    `/api/models/${id}/revision/main?blobs=true`,
  ]);
});

test("progress counts bytes up to the total", async () => {
  const seen: Progress[] = [];
  await download({ onProgress: (progress) => seen.push(progress) });
  const total = encoderFiles.reduce((sum, path) => sum + (files[path]?.length ?? 0), 0);
  expect(seen.at(-1)).toEqual({ stage: `downloading ${id}`, done: total, total, unit: "bytes" });
  expect(seen.every(({ done }, i) => done >= (seen[i - 1]?.done ?? 0))).toBe(true);
});

test("a connection that is cut goes on where it stopped", async () => {
  hub.misbehave(vision, cutAfter(1000), cutAfter(500));
  await download();
  expect(requestsFor(vision).map(({ range }) => range)).toEqual([
    undefined,
    "bytes=1000-",
    "bytes=1500-",
  ]);
});

test("a download that failed leaves its part, and the next one goes on with it", async () => {
  hub.misbehave(vision, cutAfter(1000), status(404));
  await expect(download()).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
  const { folder } = await download();
  expect(requestsFor(vision).at(-1)?.range).toBe("bytes=1000-");
  expect(await readFile(join(folder, vision))).toEqual(files[vision]);
});

test("a server without ranges starts the file again", async () => {
  hub.misbehave(vision, cutAfter(1000), withoutRanges);
  const { folder } = await download();
  expect(await readFile(join(folder, vision))).toEqual(files[vision]);
});

test("a server that refuses the range, or goes on elsewhere, is asked for the whole", async () => {
  const elsewhere: Fault = ({ response, content }) => {
    const range = `bytes 500-${content.length - 1}/${content.length}`;
    response.writeHead(206, { "content-range": range }).end(content.subarray(500));
  };
  hub.misbehave(vision, cutAfter(1000), status(416), cutAfter(1000), elsewhere);
  const { folder } = await download();
  expect(requestsFor(vision).map(({ range }) => range)).toEqual([
    undefined,
    "bytes=1000-",
    undefined,
    "bytes=1000-",
    undefined,
  ]);
  expect(await readFile(join(folder, vision))).toEqual(files[vision]);
});

test("an overloaded server is asked again, after the pause that it names", async () => {
  hub.misbehave("main?blobs=true", status(503), status(429, { "retry-after": "0" }));
  hub.misbehave(vision, status(500), status(502), status(504));
  await download();
  expect(requestsFor(vision)).toHaveLength(4);
});

test("failures in a row come to an end, with a message that names the file and the reason", async () => {
  hub.misbehave(vision, ...Array.from({ length: 4 }, () => status(503)));
  await expect(download({ retries: 2 })).rejects.toMatchObject({
    code: "HUB_UNREACHABLE",
    message: expect.stringMatching(
      /^Cannot get onnx\/vision_model.onnx from 127.*it answers 503\.$/,
    ),
  });
  expect(requestsFor(vision)).toHaveLength(3);
});

test("a server that always cuts at the same place, and starts anew, is given up", async () => {
  const cut: Fault = (exchange) => {
    delete exchange.request.headers.range;
    cutAfter(100)(exchange);
  };
  hub.misbehave(vision, cut, cut, cut, cut, cut);
  await expect(download({ retries: 3 })).rejects.toMatchObject({ code: "HUB_UNREACHABLE" });
  expect(requestsFor(vision)).toHaveLength(4);
});

test("silence counts as a failure", async () => {
  const hang: Fault = () => {};
  const hangInTheMiddle: Fault = ({ response, content }) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, 1000));
  };
  hub.misbehave(vision, hang, hangInTheMiddle);
  await download({ timeoutMs: 150 });
  expect(requestsFor(vision).map(({ range }) => range)).toEqual([
    undefined,
    undefined,
    "bytes=1000-",
  ]);
});

test("a wrong length is refused, whether it is announced or comes unannounced", async () => {
  hub.misbehave(
    vision,
    send((content) => content.subarray(0, 90)),
  );
  await expect(download()).rejects.toMatchObject({
    code: "DOWNLOAD_CORRUPT",
    message: expect.stringContaining(`90 bytes are announced, not ${files[vision]?.length}`),
  });
  const longer: Fault = ({ response, content }) => {
    response.write(content);
    response.end("more");
  };
  hub.misbehave(vision, longer);
  await expect(download()).rejects.toMatchObject({ code: "DOWNLOAD_CORRUPT" });
  await download();
});

test("a wrong hash is tried once more from the start, then refused, and nothing of it stays", async () => {
  const damaged = send((content) => content.toReversed());
  hub.misbehave(vision, damaged);
  const { folder } = await download();
  expect(await readFile(join(folder, vision))).toEqual(files[vision]);
  await rm(cacheFolder, { recursive: true });
  hub.misbehave("tokenizer.json", damaged, damaged);
  await expect(download()).rejects.toMatchObject({
    code: "DOWNLOAD_CORRUPT",
    message: expect.stringContaining("tokenizer.json"),
  });
  const blobs = await readdir(join(cacheFolder, "models--someone--tiny-clip/blobs"));
  expect(blobs.filter((name) => name.includes("incomplete"))).toEqual([]);
});

test("a part that an earlier download left damaged does no harm", async () => {
  hub.misbehave(vision, cutAfter(1000), status(404));
  await expect(download()).rejects.toThrow();
  const blobs = join(cacheFolder, "models--someone--tiny-clip/blobs");
  const [part = ""] = (await readdir(blobs)).filter((name) => name.includes("incomplete"));
  writeFileSync(join(blobs, part), readFileSync(join(blobs, part)).toReversed());
  const { folder } = await download();
  expect(await readFile(join(folder, vision))).toEqual(files[vision]);
});

test("the token goes to the hub, and not along a redirect to another host", async () => {
  await using storage = await startHub({ [id]: { files } });
  const elsewhere = storage.url.replace("127.0.0.1", "localhost");
  const path = `/${id}/resolve/main/${vision}`;
  hub.misbehave(vision, status(302, { location: `/moved/${vision}` }));
  hub.misbehave(`/moved/${vision}`, status(307, { location: `${elsewhere}${path}` }));
  storage.misbehave(path, (exchange) => sendContent(exchange));
  vi.stubEnv("HF_TOKEN", "hf_secret");
  await download();
  expect(requestsFor(vision).map(({ authorization }) => authorization)).toEqual([
    "Bearer hf_secret",
    "Bearer hf_secret",
  ]);
  expect(storage.requests).toMatchObject([{ path, authorization: undefined }]);
});

test("redirects in a circle come to an end", async () => {
  const around = Array.from({ length: 20 }, () => status(302, { location: `/x/${vision}` }));
  hub.misbehave(vision, ...around);
  await expect(download()).rejects.toMatchObject({
    code: "HUB_UNREACHABLE",
    message: expect.stringContaining("more than 10 redirects"),
  });
});

test("a repository, revision or host that does not exist is told apart", async () => {
  await expect(download({ id: "someone/else" })).rejects.toMatchObject({
    code: "MODEL_NOT_FOUND",
    message: expect.stringMatching(/^The hub has no someone\/else at main \(http/),
  });
  await expect(download({ id: `${id}@v9` })).rejects.toMatchObject({
    code: "MODEL_NOT_FOUND",
    message: expect.stringMatching(/no such revision: someone\/tiny-clip at v9/),
  });
  await expect(download({ endpoint: await closedEndpoint(), retries: 0 })).rejects.toMatchObject({
    code: "HUB_UNREACHABLE",
    message: expect.stringContaining("ECONNREFUSED"),
  });
});

test("a gated model says how to get in, a private one that it may not exist", async () => {
  hub.misbehave("main?blobs=true", status(401, { "x-error-code": "GatedRepo" }), status(401));
  await expect(download()).rejects.toMatchObject({
    code: "MODEL_FORBIDDEN",
    fix: "Ask for access on the model's page, then give a token in HF_TOKEN.",
  });
  await expect(download({ token: "hf_other" })).rejects.toMatchObject({
    code: "MODEL_FORBIDDEN",
    message: expect.stringContaining("it is private, or there is no such repository"),
    fix: "Check the name, or give the token of an account that may read it in HF_TOKEN.",
  });
});

test("an answer that is no listing, or names a path outside the folder, is refused", async () => {
  const say =
    (text: string): Fault =>
    ({ response }) =>
      void response.end(text);
  const evil = { sha: hub.commitOf(id), siblings: [{ rfilename: "../../evil.json" }] };
  hub.misbehave("main?blobs=true", say("<html>"), say("{}"), say(JSON.stringify(evil)));
  for (const problem of ["it is not JSON", "sha", "expected a relative path"]) {
    await expect(download()).rejects.toMatchObject({
      code: "HUB_ANSWER_INVALID",
      message: expect.stringContaining(problem),
    });
  }
});

test("a mirror whose listing has names only is asked for the hashes", async () => {
  const namesOnly: Fault = ({ response }) => {
    const siblings = Object.keys(files).map((rfilename) => ({ rfilename }));
    response.end(JSON.stringify({ sha: hub.commitOf(id), siblings }));
  };
  hub.misbehave("main?blobs=true", namesOnly, namesOnly);
  await download();
  expect(requestsFor(vision).map(({ method }) => method)).toEqual(["HEAD", "GET"]);
  await rm(cacheFolder, { recursive: true });
  hub.misbehave(vision, status(200, { etag: '"of-another-kind"', "content-length": "5" }));
  await expect(download()).rejects.toMatchObject({
    code: "HUB_ANSWER_INVALID",
    message: expect.stringContaining("no hash to check the file by"),
  });
});

test("an abort rejects with its reason at once, and leaves the part for later", async () => {
  const controller = new AbortController();
  hub.misbehave(vision, ({ response, content }) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, 1000), () =>
      setTimeout(() => controller.abort("enough"), 50),
    );
  });
  await expect(download({ signal: controller.signal })).rejects.toBe("enough");
  await download();
  expect(requestsFor(vision).at(-1)?.range).toBe("bytes=1000-");
});

test("a disk without room is told before anything is asked for", async () => {
  hub.misbehave("main?blobs=true", ({ response }) => {
    const lfs = { sha256: "0".repeat(64), size: 2 ** 52 };
    const siblings = [
      { rfilename: vision, lfs },
      { rfilename: "onnx/text_model.onnx", lfs },
    ];
    response.end(JSON.stringify({ sha: hub.commitOf(id), siblings }));
  });
  await expect(download()).rejects.toMatchObject({ code: "DISK_FULL" });
  expect(hub.requests).toHaveLength(1);
});

test("a cache that cannot be written to says so", async () => {
  const file = join(cacheFolder, "file");
  writeFileSync(file, "");
  await expect(download({ cacheFolder: file })).rejects.toMatchObject({
    code: "CACHE_UNUSABLE",
    message: expect.stringContaining(file),
  });
});

test("offline, the cache is enough, and what it lacks is named", async () => {
  await expect(download({ offline: true })).rejects.toMatchObject({ code: "MODEL_NOT_CACHED" });
  const { folder } = await download();
  vi.stubEnv("HF_HUB_OFFLINE", "1");
  const before = hub.requests.length;
  expect((await download()).folder).toBe(folder);
  expect((await download({ id: `${id}@${hub.commitOf(id)}` })).folder).toBe(folder);
  await expect(download({ dtype: "int8" })).rejects.toMatchObject({
    code: "MODEL_NOT_CACHED",
    message: expect.stringContaining("no ONNX files in int8"),
  });
  expect(hub.requests).toHaveLength(before);
});

test("a hub that does not answer is no obstacle to what is in the cache", async () => {
  const { folder } = await download();
  hub.misbehave("main?blobs=true", status(503), status(503));
  expect((await download()).folder).toBe(folder);
  expect((await download({ endpoint: await closedEndpoint() })).folder).toBe(folder);
});

test("a file of the cache that is cut off is fetched again", async () => {
  const { folder } = await download();
  writeFileSync(join(folder, vision), "short");
  await download();
  expect(await readFile(join(folder, vision))).toEqual(files[vision]);
});

test("what is no hub id, and an option that does not exist, is refused", async () => {
  for (const wrong of ["tiny-clip", "a/b/c", "../tiny", "a/b@../x", "a/b--c", "a b/c"]) {
    await expect(download({ id: wrong })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  }
  await expect(download({ revision: "../main" })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  await expect(download(JSON.parse('{ "folder": "x" }'))).rejects.toMatchObject({
    message: 'Invalid download options: unknown key "folder".',
  });
});

test("parts of a process that died are taken over, those of a living one are not", async () => {
  const blobs = join(cacheFolder, "models--someone--tiny-clip/blobs");
  await mkdir(blobs, { recursive: true });
  const content = files[vision] ?? new Uint8Array();
  const host = hostname().replace(/[^\w]/g, "");
  const name = (pid: number) => `${etagOf(vision, content)}.semblance-${host}-${pid}-0.incomplete`;
  writeFileSync(join(blobs, name(process.pid)), content.subarray(0, 3000));
  writeFileSync(join(blobs, name(2 ** 30)), content.subarray(0, 2000));
  await download();
  expect(requestsFor(vision)[0]?.range).toBe("bytes=2000-");
  expect(await readdir(blobs)).toContain(name(process.pid));
});
