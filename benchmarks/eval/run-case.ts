import { join } from "node:path";
import { type BenchmarkResult, measureInTurn, toRow } from "../measure.ts";
import { startSystem } from "./system.ts";

/** What {@link measureRun} needs. */
export interface RunCaseOptions {
  /** JSON: `qrels` and `run`, by query and document. */
  readonly file: string;
  /** A Python with ranx; without one ours is alone. */
  readonly ranx: string | undefined;
  readonly threads: number;
  readonly rounds: number;
}

/**
 * The metrics of a run that is read already, by processes that have done it before: what is compiled
 * is compiled. Ours has one thread, ranx as many as there are cores.
 */
export async function measureRun(options: RunCaseOptions): Promise<BenchmarkResult> {
  const { file, ranx, threads, rounds } = options;
  await using stack = new AsyncDisposableStack();
  const start = async (program: string, script: string) => {
    const parameters = [join(import.meta.dirname, "systems", script), file];
    const { run } = stack.use(await startSystem({ program, parameters, threads }));
    for (let i = 0; i < warmUps; i++) await run();
    return run;
  };
  const own = await start(process.execPath, "semblance-run.ts");
  const peer = ranx === undefined ? undefined : await start(ranx, "ranx_metrics.py");
  const seconds = await measureInTurn(
    {
      semblance: async () => (await own()).seconds,
      ...(peer && { ranx: async () => (await peer()).seconds }),
    },
    rounds,
  );
  const rows = Object.entries(seconds).map(([system, runs]) =>
    toRow({ system, case: "metrics", unit: "s" }, runs),
  );
  if (!peer) return { rows, ratios: {}, failures: [] };
  const [ours, theirs] = rows.map(({ value }) => value);
  const ratio = (theirs ?? Number.NaN) / (ours ?? Number.NaN);
  const figures = [(await own()).figures, (await peer()).figures];
  return { rows, ratios: { "metrics.vs.ranx": ratio }, failures: differences(figures) };
}

const warmUps = 3;

// The run has no ties, so that all agree.
function differences([own = [], theirs = []]: readonly (readonly number[])[]): string[] {
  const isSame = own.every((figure, i) => Math.abs(figure - (theirs[i] ?? 0)) < 1e-9);
  return isSame ? [] : [`ranx has hit rates ${theirs}, semblance ${own}.`];
}
