// npm run bench -- NAME [--quick] [--json | --markdown] [--photos FOLDER] [--only CASE,…]: ours and
// named peers in turn, in one run, on the same input.
// --only memory,text.fp32 runs what these cases need: all of memory.*, and one.
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Load, readLoad, settleLoad } from "./load.ts";
import { type Benchmark, keepWanted } from "./measure.ts";
import { formatMarkdown, formatText, type Machine, type Report } from "./report.ts";
import { runQuietly } from "./run-quietly.ts";

const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  encoder: async () => (await import("./encoder/encoder-benchmark.ts")).prepareEncoderBenchmark,
  eval: async () => (await import("./eval/eval-benchmark.ts")).prepareEvalBenchmark,
  trainer: async () => (await import("./trainer/trainer-benchmark.ts")).prepareTrainerBenchmark,
  "trainer-methods": async () =>
    (await import("./trainer/methods-benchmark.ts")).prepareMethodsBenchmark,
};

process.exitCode = await main(process.argv.slice(2));

async function main(parameters: string[]): Promise<number> {
  const options = readCommandLine(parameters);
  const load = options && benchmarks[options.name];
  if (!options || !load) {
    process.stderr.write(
      `npm run bench -- NAME [--quick] [--json | --markdown] [--photos FOLDER] [--only CASE,…]\nNAME is one of: ${Object.keys(benchmarks).join(", ")}.\n`,
    );
    return 2;
  }
  try {
    const before = readLoad();
    await build();
    const { report, failures } = await run(await load(), options, before);
    process.stdout.write(format(report, options));
    for (const failure of failures) process.stderr.write(`${failure}\n`);
    return failures.length === 0 ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return 1;
  }
}

interface CommandLine {
  readonly name: string;
  readonly isQuick: boolean;
  readonly form: "text" | "json" | "markdown";
  readonly photos?: string | undefined;
  readonly only?: readonly string[] | undefined;
}

function readCommandLine(parameters: string[]): CommandLine | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: parameters,
      allowPositionals: true,
      options: {
        quick: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        markdown: { type: "boolean", default: false },
        photos: { type: "string" },
        only: { type: "string" },
      },
    });
    const form = values.json ? "json" : values.markdown ? "markdown" : "text";
    const { quick: isQuick, photos, only } = values;
    return { name: positionals[0] ?? "", isQuick, form, photos, only: only?.split(",") };
  } catch {
    return undefined;
  }
}

/** What is measured is what is published: the packages as they are built, not their sources. */
async function build(): Promise<void> {
  const root = join(import.meta.dirname, "..");
  await runQuietly(join(root, "node_modules", ".bin", "nx"), ["run-many", "-t", "build"]);
}

async function run(benchmark: Benchmark, options: CommandLine, before: Load) {
  await using prepared = await benchmark(options);
  const machine: Machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
    ...(await settleLoad(before, options.isQuick ? "quick" : "full")),
  };
  const { rows, ratios, failures } = keepWanted(await prepared.run(), options.only);
  const report: Report = { schema: 1, benchmark: options.name, machine, rows, ratios };
  return { report, failures };
}

function format(report: Report, { form, name, isQuick, photos, only }: CommandLine): string {
  if (form === "json") return `${JSON.stringify(report, null, 2)}\n`;
  if (form === "text") return formatText(report);
  const flags = [
    ...(isQuick ? ["--quick"] : []),
    ...(photos ? ["--photos FOLDER"] : []),
    ...(only ? [`--only ${only.join(",")}`] : []),
  ];
  return formatMarkdown(report, ["npm run bench --", name, ...flags].join(" "));
}
