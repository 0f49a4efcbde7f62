// Runs the slow tests, one file after the other, and writes their results into benchmarks/slow-tests.json.
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { findPython } from "@semblance/trainer-bridge";
import { mergeResults } from "./slow-results.ts";

const root = resolve(import.meta.dirname, "..");
const results = join(root, "benchmarks", "slow-tests.json");

function describeMachine(): string {
  const cores = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const processor = `${cores[0]?.model.trim()} × ${cores.length}`;
  return `${processor}, ${memory} GiB, ${process.platform} ${process.arch}, Node ${process.version}`;
}

function runVitest(files: readonly string[], report: string): number {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  // Side by side they would measure each other.
  const parameters = ["run", "--no-file-parallelism", ...reporters, ...files];
  const { status } = spawnSync(
    process.execPath,
    [join(root, "node_modules/vitest/vitest.mjs"), ...parameters],
    {
      cwd: root,
      stdio: "inherit",
      env: { SEMBLANCE_PYTHON: findPython(), ...process.env, SEMBLANCE_SLOW: "1" },
    },
  );
  return status ?? 1;
}

const filters = process.argv.slice(2);
const files = globSync("{packages/*/src,tools}/**/*.slow.test.ts", { cwd: root }).filter(
  (file) => filters.length === 0 || filters.some((filter) => file.includes(filter)),
);
if (files.length === 0) {
  process.stderr.write(`No slow test has ${filters.join(" or ")} in its path.\n`);
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), "semblance-slow-"));
try {
  const report = join(folder, "report.json");
  process.exitCode = runVitest(files, report);
  if (existsSync(report)) {
    const earlier = existsSync(results) ? JSON.parse(readFileSync(results, "utf8")) : {};
    const date = new Date().toISOString().slice(0, 10);
    const run = { root, date, machine: describeMachine() };
    const merged = mergeResults(earlier, JSON.parse(readFileSync(report, "utf8")), run);
    writeFileSync(results, `${JSON.stringify(merged, null, 2)}\n`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
