import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { findPython, setUpPython } from "@semblance/trainer-bridge";
import { runQuietly } from "./run-quietly.ts";
import { say } from "./say.ts";

/** Where benchmarks keep what is costly to make: environments of peers, models. */
export function benchmarkCache(): string {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(cache, "semblance", "benchmarks");
}

/** The Python of training and export, with PyTorch and transformers; set up when there is none. */
export async function trainerPython(): Promise<string> {
  try {
    return findPython({});
  } catch {
    say("Setting up PyTorch, about 1.3 GB: once.");
    return (await setUpPython({})).python;
  }
}

/** What {@link pythonPeers} makes. */
export interface PythonPeers {
  /** The interpreter that makes the environment. */
  readonly base: string;
  readonly name: string;
  /** At fixed versions. */
  readonly requirements: readonly string[];
  /** Whether the packages of `base` are there too. */
  readonly adds: "to base" | "to nothing";
  /** Packages that are published as source alone; all others come as wheels. */
  readonly builds?: readonly string[];
}

/** A virtual environment, made when missing. @returns Its interpreter. */
export async function pythonPeers(options: PythonPeers): Promise<string> {
  const { base, name, requirements, adds, builds = [] } = options;
  // What adds to nothing outlives the environment whose interpreter made it.
  const parts = adds === "to base" ? [base, ...requirements] : requirements;
  const folder = join(benchmarkCache(), `${name}-${hashOf(parts)}`);
  const python = join(folder, "bin", "python");
  await makeOnce(folder, async () => {
    await runQuietly(base, ["-m", "venv", folder]);
    if (adds === "to base") await lendPackages(base, python);
    const install = ["-m", "pip", "install", "--quiet", "--no-input", "--only-binary", ":all:"];
    const sources = builds.length > 0 ? ["--no-binary", builds.join(",")] : [];
    await runQuietly(python, [...install, ...sources, ...requirements]);
  });
  return python;
}

// By a path file: a virtual environment has no other way to build on another.
async function lendPackages(base: string, python: string): Promise<void> {
  const printPath = ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"];
  const own = await runQuietly(python, printPath);
  await writeFile(join(own.trim(), "base.pth"), await runQuietly(base, printPath));
}

/** What `make` gives; `undefined`, and a note, when it fails: a peer that cannot be had is left out. */
export async function unlessMissing<Made>(
  name: string,
  make: () => Promise<Made>,
): Promise<Made | undefined> {
  try {
    return await make();
  } catch (error) {
    say(`${name} is left out: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

/** A folder with npm packages at fixed versions; made when missing. Their install scripts are not run. */
export async function nodePeers(
  name: string,
  dependencies: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = join(benchmarkCache(), `${name}-${hashOf(Object.entries(dependencies).flat())}`);
  await makeOnce(folder, async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, "package.json"),
      JSON.stringify({ private: true, type: "module", dependencies }),
    );
    const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
    await runQuietly("npm", ["install", "--prefix", folder, ...options]);
  });
  return folder;
}

/** Makes a folder unless it is complete; what was left half made is made again. */
export async function makeOnce(folder: string, make: () => Promise<void>): Promise<void> {
  const marker = join(folder, "complete");
  if (existsSync(marker)) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(benchmarkCache(), { recursive: true });
  say(`Making ${folder}.`);
  await make();
  await writeFile(`${marker}.tmp`, "");
  await rename(`${marker}.tmp`, marker);
}

/** Twelve hexadecimal digits for the name of what is made from these. */
export function hashOf(parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 12);
}
