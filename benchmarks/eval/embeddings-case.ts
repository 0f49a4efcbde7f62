import { join } from "node:path";
import { type BenchmarkResult, type Row, toRow } from "../measure.ts";
import { type Measurement, type SystemCommand, startSystem } from "./system.ts";

/** What {@link measureEmbeddings} needs. */
export interface EmbeddingsCaseOptions {
  /** With `image.npy` and `text.npy`. */
  readonly folder: string;
  /** A Python with PyTorch; without one ours is alone. */
  readonly torch: string | undefined;
  /** As many as there are cores. */
  readonly threads: number;
  readonly rounds: number;
}

const ours = "semblance";

/**
 * Each system in a new process every round, as a person runs it: seconds from loaded embeddings to
 * figures, and the peak of the whole process. The peer runs on one thread and on all of them, since
 * it is not always faster on more; ours has one thread. Ratios are against the better of the two.
 */
export async function measureEmbeddings(options: EmbeddingsCaseOptions): Promise<BenchmarkResult> {
  const commands = commandsOf(options);
  const runs = new Map(Array.from(commands.keys(), (name) => [name, [] as Measurement[]]));
  for (let round = 0; round < options.rounds; round++) {
    for (const [name, command] of commands) {
      await using system = await startSystem(command);
      runs.get(name)?.push(await system.run());
    }
  }
  const rows = Array.from(runs, ([system, found]) => [
    toRow(
      { system, case: "eval", unit: "s" },
      found.map(({ seconds }) => seconds),
    ),
    toRow(
      { system, case: "memory", unit: "MiB" },
      found.map(({ memory }) => memory),
    ),
  ]).flat();
  return { rows, ratios: ratiosOf(rows), failures: differences(runs) };
}

function commandsOf({ folder, torch, threads }: EmbeddingsCaseOptions): Map<string, SystemCommand> {
  const script = (name: string) => join(import.meta.dirname, "systems", name);
  const commands = new Map<string, SystemCommand>();
  const node = [script("semblance-embeddings.ts"), folder];
  commands.set(ours, { program: process.execPath, parameters: node, threads });
  if (torch === undefined) return commands;
  const parameters = [script("clip_benchmark.py"), folder];
  for (const count of new Set([1, threads])) {
    const name = `clip-benchmark (${count} ${count === 1 ? "thread" : "threads"})`;
    commands.set(name, { program: torch, parameters, threads: count });
  }
  return commands;
}

function ratiosOf(rows: readonly Row[]): Record<string, number> {
  const best = (name: string, isOurs: boolean) => {
    const own = rows.filter((row) => row.case === name && (row.system === ours) === isOurs);
    return Math.min(...own.map(({ value }) => value));
  };
  const names = ["eval", "memory"].filter((name) => Number.isFinite(best(name, false)));
  return Object.fromEntries(
    names.map((name) => [`${name}.vs.clip-benchmark`, best(name, false) / best(name, true)]),
  );
}

// A peer adds up in float32, so that scores that lie close may change places.
const tolerance = 0.002;

function differences(runs: ReadonlyMap<string, readonly Measurement[]>): string[] {
  const own = runs.get(ours)?.[0]?.figures ?? [];
  return Array.from(runs).flatMap(([name, found]) => {
    const theirs = found[0]?.figures ?? [];
    const isSame = own.every((figure, i) => Math.abs(figure - (theirs[i] ?? 0)) <= tolerance);
    return isSame ? [] : [`${name} has hit rates ${theirs}, ${ours} ${own}.`];
  });
}
