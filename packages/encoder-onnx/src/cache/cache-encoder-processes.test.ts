import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { collect } from "@semblance/core";
import { expect, onTestFinished, test } from "vitest";
import { createContentEncoder } from "../fixtures/content-encoder.ts";
import { fixturePath } from "../fixtures/fixture-path.ts";
import { cacheEncoder } from "./cache-encoder.ts";

async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cache-processes-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

function startEncoding(folder: string, first: number, count: number, ...flags: string[]) {
  const script = fixturePath("encode-with-cache.ts");
  return spawn(
    process.execPath,
    ["--conditions=@semblance/source", ...flags, script, folder, String(first), String(count)],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
}

/** What a process printed, line by line, and how it ended. */
async function outcomeOf(child: ChildProcess) {
  const [output, errors] = [child.stdout, child.stderr].map(async (stream) => {
    const chunks: string[] = [];
    for await (const chunk of stream?.setEncoding("utf8") ?? []) chunks.push(chunk);
    return chunks.join("");
  });
  const [code] = await once(child, "close");
  return { code, lines: (await output)?.trim().split("\n") ?? [], errors: await errors };
}

async function encodeHere(folder: string, count: number) {
  const encoder = await cacheEncoder(createContentEncoder(), { folder });
  onTestFinished(() => encoder[Symbol.asyncDispose]());
  const texts = Array.from({ length: count }, (_, i) => `text ${i}`);
  const found = await collect(encoder.text?.encode(texts) ?? []);
  const expected = await collect(createContentEncoder().text?.encode(texts) ?? []);
  return { found, expected, usage: await encoder.cacheUsage() };
}

test("what a process had encoded before it was killed is there for the next one", async () => {
  const folder = await createFolder();
  const child = startEncoding(folder, 0, 1_000_000);
  let encoded = 0;
  for await (const line of createInterface(child.stdout)) {
    encoded += Number(line);
    if (encoded >= 500) child.kill("SIGKILL");
  }
  const { found, expected, usage } = await encodeHere(folder, encoded);
  expect(usage).toMatchObject({ misses: 0, hits: encoded, damaged: 0 });
  expect(found).toEqual(expected);
});

test("processes that make and fill one cache at the same moment share it", async () => {
  const folder = await createFolder();
  const children = [0, 200, 400, 0].map((first) => startEncoding(folder, first, 600));
  const outcomes = await Promise.all(children.map(outcomeOf));
  expect(outcomes.map(({ code, errors }) => ({ code, errors }))).toEqual(
    children.map(() => ({ code: 0, errors: "" })),
  );
  const { found, expected, usage } = await encodeHere(folder, 1000);
  expect(usage).toMatchObject({ entries: 1000, misses: 0, damaged: 0 });
  expect(found).toEqual(expected);
  expect((await readdir(folder)).filter((name) => name.endsWith(".sqlite"))).toHaveLength(1);
});

test("without the package of the store, an error says what to install", async () => {
  const hook = `
    import { registerHooks } from "node:module";
    registerHooks({
      resolve(name, context, next) {
        if (name === "better-sqlite3") throw new Error("Cannot find package");
        return next(name, context);
      },
    });`;
  const flag = `--import=data:text/javascript,${encodeURIComponent(hook)}`;
  const { code, errors } = await outcomeOf(startEncoding(await createFolder(), 0, 1, flag));
  expect(code).toBe(1);
  expect(errors).toContain("needs the package better-sqlite3");
  expect(errors).toContain("npm install better-sqlite3@13");
});
