import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { trainerPython, unlessMissing } from "../environment.ts";
import type { BenchmarkOptions, BenchmarkResult, PreparedBenchmark, Row } from "../measure.ts";
import { say } from "../say.ts";
import { beforeRows, type MethodFits, methodRows } from "./method-rows.ts";
import { readReferenceData } from "./reference-data.ts";
import { evaluate, runFit } from "./run-fit.ts";
import { makeStarts, type Start } from "./starts.ts";

/** How much is done. */
interface Size {
  readonly pretraining: number;
  /** Seconds of each fit, without its export. */
  readonly seconds: number;
  readonly seeds: readonly number[];
}

const full: Size = { pretraining: 150, seconds: 30, seeds: [0, 1, 2] };
const quick: Size = { pretraining: 30, seconds: 15, seeds: [0] };

const methods = ["full", "lora", "lit", "bitfit", "adapter"];

/** What each method gains on test items in the same time, from random weights and from trained ones. */
export async function prepareMethodsBenchmark(
  options: BenchmarkOptions,
): Promise<PreparedBenchmark> {
  await using stack = new AsyncDisposableStack();
  const size = options.isQuick ? quick : full;
  const data = await readReferenceData();
  await trainerPython();
  const folder = await mkdtemp(join(tmpdir(), "semblance-bench-"));
  stack.defer(() => rm(folder, { recursive: true }));
  const starts = await makeStarts(data, folder, size.pretraining);
  const resources = stack.move();
  return {
    run: () => compareMethods(starts, size, folder),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function compareMethods(
  starts: readonly Start[],
  size: Size,
  folder: string,
): Promise<BenchmarkResult> {
  const rows: Row[] = [];
  for (const start of starts) {
    const before = await evaluate(
      { model: start.checkpoint },
      start.test,
      join(folder, start.name),
    );
    rows.push(...beforeRows(start.name, before));
    for (const fits of await fitInTurn(start, size, folder)) {
      rows.push(...methodRows(start.name, fits));
    }
  }
  return { rows, ratios: {}, failures: [] };
}

/** A B A B …; a method that fails is left out with a note. */
async function fitInTurn(start: Start, size: Size, folder: string): Promise<MethodFits[]> {
  const left = new Map<string, MethodFits>(
    methods.map((method) => [method, { method, outcomes: [], queries: [] }]),
  );
  for (const seed of size.seeds) {
    for (const [method, fits] of left) {
      say(`${start.name}, seed ${seed}: ${method}`);
      const fit = await unlessMissing(method, () => fitOnce({ start, method, size, seed, folder }));
      if (!fit) left.delete(method);
      else {
        fits.outcomes.push(fit.outcome);
        fits.queries.push(fit.queries);
      }
    }
  }
  return [...left.values()];
}

interface OneFit {
  readonly start: Start;
  readonly method: string;
  readonly size: Size;
  readonly seed: number;
  readonly folder: string;
}

async function fitOnce({ start, method, size, seed, folder }: OneFit) {
  const { train, validation, test, checkpoint: model } = start;
  const run = join(folder, `${start.name}-${method}-${seed}`);
  const timeLimit = size.seconds;
  const outcome = await runFit({ model, train, validation, method, timeLimit, seed, run });
  const queries = await evaluate({ model: run }, test, run);
  await rm(run, { recursive: true });
  return { outcome, queries };
}
