import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { findPython } from "./find-python.ts";
import { environmentFolder, interpreterIn, markerOf, readLocks } from "./python-environment.ts";

beforeEach(() => vi.stubEnv("SEMBLANCE_PYTHON", undefined));
afterEach(() => vi.unstubAllEnvs());

const locks = readLocks();

function makeEnvironment(dataFolder: string, torch: string, lock = locks.lock, completedAt = 1) {
  const folder = environmentFolder(dataFolder, lock, torch);
  const python = interpreterIn(folder);
  mkdirSync(join(python, ".."), { recursive: true });
  writeFileSync(python, "");
  const record = { lock, developmentLock: null, torch, versions: {}, completedAt };
  writeFileSync(markerOf(folder), JSON.stringify(record));
  return python;
}

const newFolder = () => mkdtempSync(join(tmpdir(), "data-"));

test("the option comes first, then SEMBLANCE_PYTHON, then the environment that was set up", () => {
  const dataFolder = newFolder();
  const python = makeEnvironment(dataFolder, "torch==1");
  expect(findPython({ dataFolder })).toBe(python);
  vi.stubEnv("SEMBLANCE_PYTHON", process.execPath);
  expect(findPython({ dataFolder })).toBe(process.execPath);
  expect(findPython({ dataFolder, python: "python3.12" })).toBe("python3.12");
});

test("an active virtual environment is not looked at", () => {
  const active = newFolder();
  mkdirSync(join(active, "bin"));
  writeFileSync(join(active, "bin", "python"), "");
  vi.stubEnv("VIRTUAL_ENV", active);
  expect(() => findPython({ dataFolder: newFolder() })).toThrow("No Python environment");
});

test("without any it says which command makes one", () => {
  expect(() => findPython({ dataFolder: "/no/such/folder" })).toThrow(
    expect.objectContaining({
      code: "PYTHON_NOT_FOUND",
      fix: expect.stringContaining("npx @semblance/semblance setup-python"),
    }),
  );
});

test("a path that is not there is an error that names where it came from", () => {
  expect(() => findPython({ python: "/no/python" })).toThrow(/\/no\/python.*option python/);
  vi.stubEnv("SEMBLANCE_PYTHON", "/no/python");
  expect(() => findPython()).toThrow(/SEMBLANCE_PYTHON/);
});

test("the newest environment with this version's lock is taken; an older lock's is not", () => {
  const dataFolder = newFolder();
  makeEnvironment(dataFolder, "torch==1", locks.lock, 1);
  const newest = makeEnvironment(dataFolder, "torch==2", locks.lock, 2);
  makeEnvironment(dataFolder, "torch==3", "another lock", 3);
  expect(findPython({ dataFolder })).toBe(newest);
});

test("the data folder is the user's: XDG_DATA_HOME where it is set", () => {
  const dataHome = newFolder();
  vi.stubEnv("XDG_DATA_HOME", dataHome);
  if (process.platform !== "linux") return;
  const python = makeEnvironment(join(dataHome, "semblance"), "torch==1");
  expect(findPython()).toBe(python);
});

test("an environment whose marker is damaged counts as unfinished", () => {
  const dataFolder = newFolder();
  const python = makeEnvironment(dataFolder, "torch==1");
  makeEnvironment(dataFolder, "torch==2", locks.lock, 2);
  writeFileSync(markerOf(environmentFolder(dataFolder, locks.lock, "torch==2")), '{"lock": "');
  expect(findPython({ dataFolder })).toBe(python);
});
