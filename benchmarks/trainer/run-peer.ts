import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { runQuietly } from "../run-quietly.ts";
import { environment, threads } from "./thread-settings.ts";
import type { TrainingJob, TrainingWork } from "./training-job.ts";
import type { TrainingTimes } from "./training-times.ts";

/** A peer's program. */
export interface Peer {
  readonly python: string;
  /** In `peers/`. */
  readonly script: string;
}

const printed = z.object({ endedAt: z.array(z.number()).nonempty() });

// AutoGluon's default, and as many for all that have such.
const workers = 2;

/** Has a peer train in a process of its own. @throws Error with its messages when it fails. */
export async function timePeer(peer: Peer, work: TrainingWork): Promise<TrainingTimes> {
  const startedAt = Date.now() / 1000;
  const { endedAt } = printed.parse(await runPeer(peer, work));
  const updates = endedAt.map((end, index) => ({ step: index + 1, endedAt: end }));
  return { startedAt, updates, reading: 0 };
}

/** Runs a peer's script on a job. @returns The JSON that it prints in a line of its own, the last such. */
export async function runPeer(
  { python, script }: Peer,
  work: TrainingWork & Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const output = await mkdtemp(join(tmpdir(), "semblance-bench-"));
  try {
    const file = join(output, "job.json");
    const job: TrainingJob = { ...work, threads, workers, output: join(output, "out") };
    await writeFile(file, JSON.stringify(job));
    const parameters = [join(import.meta.dirname, "peers", script), file];
    const lines = (await runQuietly(python, parameters, environment)).split("\n");
    return JSON.parse(lines.findLast((line) => line.startsWith("{")) ?? "null");
  } finally {
    await rm(output, { recursive: true });
  }
}
