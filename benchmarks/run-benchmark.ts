// npm run bench -- NAME [--quick] [--json]: ours and named peers in turn, in one run, on the same input.
import { cpus, loadavg, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { runEvalBenchmark } from "./eval/eval-benchmark.ts";
import type { Benchmark, Row } from "./measure.ts";

const benchmarks: Readonly<Record<string, Benchmark>> = { eval: runEvalBenchmark };
const busyLoadPerCore = 0.5;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean" }, json: { type: "boolean" } },
});
const [name = ""] = positionals;
const benchmark = benchmarks[name];
if (!benchmark) {
  process.stderr.write(`Name one of: ${Object.keys(benchmarks).join(", ")}.\n`);
  process.exit(2);
}

const [load = 0] = loadavg();
const machine = {
  cpu: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  date: new Date().toISOString().slice(0, 10),
  load,
  noisy: load / cpus().length > busyLoadPerCore,
};
const { rows, ratios } = await benchmark({ isQuick: values.quick ?? false });
if (values.json) {
  const document = { schema: 1, benchmark: name, machine, rows, ratios };
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
} else {
  process.stdout.write(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}\n`);
  if (machine.noisy) process.stdout.write("The machine was busy: these figures decide nothing.\n");
  for (const row of rows) process.stdout.write(`${describe(row)}\n`);
  for (const [ratio, value] of Object.entries(ratios)) {
    process.stdout.write(`${ratio}: ${value.toFixed(2)} (above 1: ours is better)\n`);
  }
}

function describe({ system, case: caseName, value, unit, min, max, n }: Row): string {
  const [middle, low, high] = [value, min, max].map((number) => number.toPrecision(3));
  return `${system} ${caseName}: ${middle} ${unit} (${low} to ${high}, ${n} runs)`;
}
