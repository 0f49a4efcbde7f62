import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test, vi } from "vitest";
import { plainPython } from "../fixtures/scripted-fit.ts";
import { readEnvironment, readLocks } from "./python-environment.ts";
import { type EnvironmentPlan, setUpEnvironment } from "./set-up-environment.ts";

const wheels = mkdtempSync(join(tmpdir(), "stub wheels "));
const script = fileURLToPath(new URL("../fixtures/make_stub_wheels.py", import.meta.url));
const torch = { requirement: "torch==2.13.0+cpu", fallbackIndex: "https://index.invalid/simple" };

beforeAll(() => {
  execFileSync(plainPython, [script, wheels]);
  vi.stubEnv("PIP_NO_INDEX", "1");
  vi.stubEnv("PIP_CONFIG_FILE", "/dev/null");
  vi.stubEnv("PIP_FIND_LINKS", wheels.replaceAll(" ", "%20").replace(/^/, "file://"));
  vi.stubEnv("PATH", withoutUv(process.env.PATH ?? ""));
  return () => vi.unstubAllEnvs();
});

// What uv does is tried by hand: it is not everywhere, and this must be the same everywhere.
function withoutUv(path: string): string {
  return path
    .split(":")
    .filter((folder) => !existsSync(join(folder, "uv")))
    .join(":");
}

function planFor(folder: string, changes: Partial<EnvironmentPlan> = {}): EnvironmentPlan {
  const locks = readLocks(wheels);
  return { folder, locks, torch, dev: false, python: plainPython, ...changes };
}

function freshFolder(): string {
  return join(mkdtempSync(join(tmpdir(), "user data ")), "semblance", "python-1");
}

const shared = freshFolder();

test("a package that is not there is SETUP_FAILED with the log and what to do", async () => {
  const missing = { requirement: "torch==9.9.9" };
  await expect(setUpEnvironment(planFor(shared, { torch: missing }))).rejects.toMatchObject({
    code: "SETUP_FAILED",
    fix: expect.stringContaining("--torch"),
    python: { log: expect.stringContaining("torch==9.9.9") },
  });
  expect(readEnvironment(shared)).toBeUndefined();
}, 60_000);

test("what an earlier set-up left is made anew, by one of two at the same time", async () => {
  writeFileSync(join(shared, "leftover"), "");
  const stages = new Set<string>();
  const plan = planFor(shared, { onProgress: ({ stage }) => stages.add(stage) });
  const results = await Promise.all([setUpEnvironment(plan), setUpEnvironment(plan)]);
  expect(results.map(({ created }) => created).sort()).toEqual([false, true]);
  expect(existsSync(join(shared, "leftover"))).toBe(false);
  expect(stages).toEqual(
    new Set([
      "waiting for another set-up",
      "creating the environment",
      "installing torch 2.13.0+cpu",
      "installing the libraries",
      "checking the environment",
    ]),
  );
  expect(readEnvironment(shared)?.record.versions).toMatchObject({ torch: "2.13.0+cpu" });
}, 60_000);

test("an environment that stands is taken at once; the development tools are added to it", async () => {
  expect((await setUpEnvironment(planFor(shared))).created).toBe(false);
  expect((await setUpEnvironment(planFor(shared, { dev: true }))).created).toBe(true);
  expect((await setUpEnvironment(planFor(shared, { dev: true }))).created).toBe(false);
  expect((await setUpEnvironment(planFor(shared))).created).toBe(false);
}, 60_000);

test("a folder of wheels is enough: neither network nor pip's settings are needed", async () => {
  vi.stubEnv("PIP_NO_INDEX", undefined);
  vi.stubEnv("PIP_FIND_LINKS", undefined);
  vi.stubEnv("PIP_INDEX_URL", "http://127.0.0.1:9/simple"); // refuses at once
  expect((await setUpEnvironment(planFor(freshFolder(), { wheels }))).created).toBe(true);
}, 60_000);

test("an abort rejects with its reason and leaves nothing that counts as finished", async () => {
  const folder = freshFolder();
  const controller = new AbortController();
  const reason = new Error("enough");
  const onProgress = () => controller.abort(reason);
  const plan = planFor(folder, { signal: controller.signal, onProgress });
  await expect(setUpEnvironment(plan)).rejects.toBe(reason);
  expect(readEnvironment(folder)).toBeUndefined();
});
