// Runs the Python package's tests, linter and type checker in the environment that setup-python made.
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { findPython } from "@semblance/trainer-bridge";

const folder = resolve(import.meta.dirname, "../packages/trainer-bridge/python");
const python = findPython({});
const environment = {
  ...process.env,
  PYTHONPATH: resolve(folder, "src"),
  OMP_WAIT_POLICY: "PASSIVE",
  OMP_NUM_THREADS: "1", // the tests' models are tiny, and the tests of TypeScript run beside
  TOKENIZERS_PARALLELISM: "false",
};

const steps = [
  ["-m", "ruff", "check", "--quiet", "."],
  ["-m", "ruff", "format", "--check", "--quiet", "."],
  ["-m", "mypy"],
  ["-m", "pytest", "-p", "no:cacheprovider"],
];
for (const parameters of steps) {
  const { status } = spawnSync(python, parameters, {
    cwd: folder,
    env: environment,
    stdio: "inherit",
  });
  if (status !== 0) process.exitCode = status ?? 1;
}
