import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { pythonPeers, trainerPython, unlessMissing } from "../environment.ts";
import {
  type BenchmarkOptions,
  type BenchmarkResult,
  isWanted,
  type PreparedBenchmark,
} from "../measure.ts";
import { measureEmbeddings } from "./embeddings-case.ts";
import { writeEmbeddings, writeRun } from "./eval-inputs.ts";
import { measureRun } from "./run-case.ts";

/**
 * `eval` and `memory`: both directions from embeddings, ours with all metrics and intervals, against
 * CLIP_benchmark's formula in PyTorch (hit rates at 1, 5 and 10 alone). `metrics`: those of a run of
 * 100 documents a query, against ranx.
 */
export async function prepareEvalBenchmark({
  isQuick,
  only,
}: BenchmarkOptions): Promise<PreparedBenchmark> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "semblance-bench-"));
  stack.defer(() => rm(folder, { recursive: true }));
  const isEmbeddings = isWanted("eval", only) || isWanted("memory", only);
  const isRun = isWanted("metrics", only);
  const runFile = join(folder, "run.json");
  if (isEmbeddings) await writeEmbeddings(folder, isQuick ? 2500 : 5000);
  if (isRun) await writeRun(runFile, isQuick ? 2500 : 5000);
  const torch = isEmbeddings ? await unlessMissing("clip-benchmark", trainerPython) : undefined;
  const ranx = isRun ? await unlessMissing("ranx", setUpRanx) : undefined;
  const threads = availableParallelism();
  const resources = stack.move();
  return {
    run: async () => {
      const rounds = isQuick ? 2 : 3;
      const cases = [
        isEmbeddings ? await measureEmbeddings({ folder, torch, threads, rounds }) : nothing,
        isRun ? await measureRun({ file: runFile, ranx, threads, rounds: 10 * rounds }) : nothing,
      ];
      return {
        rows: cases.flatMap(({ rows }) => rows),
        ratios: Object.assign({}, ...cases.map(({ ratios }) => ratios)),
        failures: cases.flatMap(({ failures }) => failures),
      };
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

const nothing: BenchmarkResult = { rows: [], ratios: {}, failures: [] };

async function setUpRanx(): Promise<string> {
  const base = await trainerPython();
  return await pythonPeers({
    base,
    name: "ranx",
    requirements: ["ranx==0.3.21"],
    adds: "to nothing",
  });
}
