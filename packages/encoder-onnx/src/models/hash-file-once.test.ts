import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, type TestContext, test } from "vitest";
import { hashFileOnce } from "./hash-file-once.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

function temporaryFolder({ onTestFinished }: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "hash-file-once-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A file that has lain there for a while. */
async function settledFile(context: TestContext): Promise<{ path: string; memory: string }> {
  const folder = temporaryFolder(context);
  const path = join(folder, "weights");
  writeFileSync(path, "weights");
  await setTimeout(2100);
  return { path, memory: join(folder, "memory") };
}

test.concurrent("a hash is remembered by path, size and time, and made anew when the file is another", async (context) => {
  const { path, memory } = await settledFile(context);
  expect(await hashFileOnce(path, memory)).toBe(sha256("weights"));
  const [entry = ""] = readdirSync(memory);
  const remembered = JSON.parse(readFileSync(join(memory, entry), "utf8"));
  const marked = { ...remembered, sha256: "a".repeat(64) };
  writeFileSync(join(memory, entry), JSON.stringify(marked));
  expect(await hashFileOnce(path, memory)).toBe(marked.sha256);
  writeFileSync(path, "changed");
  expect(await hashFileOnce(path, memory)).toBe(sha256("changed"));
});

test.concurrent("a file that was set back to its old time is not taken for the old one", async (context) => {
  const { path, memory } = await settledFile(context);
  utimesSync(path, 1, 1);
  await setTimeout(2100);
  expect(await hashFileOnce(path, memory)).toBe(sha256("weights"));
  expect(readdirSync(memory)).toHaveLength(1);
  writeFileSync(path, "WEIGHTS");
  utimesSync(path, 1, 1);
  expect(await hashFileOnce(path, memory)).toBe(sha256("WEIGHTS"));
});

test.concurrent("a file that was just written is hashed, and not remembered", async (context) => {
  const folder = temporaryFolder(context);
  const [path, memory] = [join(folder, "weights"), join(folder, "memory")];
  writeFileSync(path, "new");
  expect(await hashFileOnce(path, memory)).toBe(sha256("new"));
  expect(() => readdirSync(memory)).toThrow();
});

test.concurrent("what is spoilt, or cannot be written, is no error", async (context) => {
  const { path, memory } = await settledFile(context);
  await hashFileOnce(path, memory);
  const [entry = ""] = readdirSync(memory);
  writeFileSync(join(memory, entry), "{");
  expect(await hashFileOnce(path, memory)).toBe(sha256("weights"));
  expect(await hashFileOnce(path, join(path, "no-folder"))).toBe(sha256("weights"));
});

test.concurrent("many at once leave one whole entry", async (context) => {
  const { path, memory } = await settledFile(context);
  const hashes = await Promise.all(Array.from({ length: 20 }, () => hashFileOnce(path, memory)));
  expect(new Set(hashes)).toEqual(new Set([sha256("weights")]));
  const entries = readdirSync(memory);
  expect(entries).toHaveLength(1);
  expect(JSON.parse(readFileSync(join(memory, entries[0] ?? ""), "utf8"))).toMatchObject({
    size: "7",
    sha256: sha256("weights"),
  });
});
