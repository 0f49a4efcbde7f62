// Plain JavaScript without dependencies: the Node that starts npm (20 or newer) runs this before
// anything is installed. Everything after the installation runs on the Node that the lock names.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const installedLock = join(modules, ".semblance-lock");

/** The Node of the lock file. */
export const node = join(
  modules,
  "node",
  "bin",
  process.platform === "win32" ? "node.exe" : "node",
);

/**
 * Runs a command with the checkout's own tools first on the path, and ends this process when it fails,
 * unless `mayFail`: then its exit code is returned.
 */
export function run(command, parameters, { mayFail = false, environment = {} } = {}) {
  const options = { ...spawnOptions(command, environment), stdio: "inherit" };
  const { status, error } = spawnSync(command, parameters, options);
  if (error) process.stderr.write(`Cannot run ${command}: ${error.message}\n`);
  const code = status ?? 1;
  if (code !== 0 && !mayFail) process.exit(code);
  return code;
}

/**
 * Starts a command that runs beside others. The promise gives its exit code and what it printed,
 * kept in a file meanwhile: a pipe would fill up, and halt it, while `run` waits for something else.
 */
export function startBeside(command, parameters) {
  const folder = mkdtempSync(join(tmpdir(), "semblance-"));
  const file = join(folder, "output");
  const output = openSync(file, "w");
  const options = { ...spawnOptions(command), stdio: ["ignore", output, output] };
  const child = spawn(command, parameters, options);
  return new Promise((settle) => {
    const end = (code) => {
      closeSync(output);
      settle({ code, output: readFileSync(file, "utf8") });
      rmSync(folder, { recursive: true });
    };
    child.once("close", (code) => end(code ?? 1));
    child.once("error", () => end(1));
  });
}

function spawnOptions(command, environment = {}) {
  const path = [join(modules, ".bin"), process.env.PATH].join(
    process.platform === "win32" ? ";" : ":",
  );
  return {
    cwd: root,
    // npm and the tools in .bin are scripts there, which only a shell runs; a path is run as it is.
    shell: process.platform === "win32" && !isAbsolute(command),
    env: { ...process.env, ...environment, PATH: path },
  };
}

/** Says which step begins. */
export function announce(step) {
  process.stderr.write(`\n── ${step}\n`);
}

/** Installs what the lock file names, unless that is what is installed. */
export function installDependencies() {
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  const isInstalled = existsSync(node) && existsSync(installedLock);
  if (isInstalled && readFileSync(installedLock, "utf8") === lock) return;
  announce("Installing Node packages (once)");
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  writeFileSync(installedLock, lock);
}

/** Builds every package; what has not changed comes from the cache. */
export function build() {
  announce("Building the packages");
  run("nx", ["run-many", "-t", "build", "--outputStyle=static"]);
}

/** Makes the Python environment that training needs, shared by all checkouts of this user. */
export function setUpPython(options = []) {
  announce(
    "Setting up Python for training: PyTorch and transformers, about 1.3 GB (once per user)",
  );
  run(node, [join(root, "packages/semblance/bin/semblance.js"), "setup-python", ...options]);
}
