import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { command } from "./command.ts";
import { environment } from "./thread-settings.ts";
import { type TrainingEventLine, timesOf, toEvents } from "./training-events.ts";
import type { TrainingWork } from "./training-job.ts";
import type { TrainingTimes } from "./training-times.ts";

const lookEveryMs = 200;
const longestEndMs = 30_000;

/**
 * Has `semblance train` make updates, as a person would type it, and interrupts it when they are made.
 *
 * @throws Error with its messages when it ends before.
 */
export async function timeOurs(work: TrainingWork): Promise<TrainingTimes> {
  const folder = await mkdtemp(join(tmpdir(), "semblance-bench-"));
  try {
    const run = join(folder, "run");
    const startedAt = Date.now() / 1000;
    const events = await trainUntil(work, run);
    await untilWorkerIsGone(run);
    return timesOf(startedAt, events);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function trainParameters(work: TrainingWork, run: string): string[] {
  const { checkpoint, train, validation, batchSize, steps, seed } = work;
  // No look at validation but the first: the peers make none in the updates that are timed.
  const hyperparameters = { batchSize, maxSteps: 10 * steps, evaluationInterval: 1e6 };
  const data = ["-m", checkpoint, "-d", train, "--val", validation, "-o", run];
  const settings = ["--hyperparameters", JSON.stringify(hyperparameters), "--seed", String(seed)];
  return ["train", ...data, ...settings, "--device", "cpu", "--json"];
}

async function trainUntil(work: TrainingWork, run: string): Promise<readonly TrainingEventLine[]> {
  const child = spawn(process.execPath, [command, ...trainParameters(work, run)], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let messages = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    messages = (messages + text).slice(-4000);
  });
  const ended = once(child, "exit");
  let events: readonly TrainingEventLine[] = [];
  while (!areEnough(events, work)) {
    await sleep(lookEveryMs);
    events = toEvents(await readFile(join(run, "job", "events.jsonl"), "utf8").catch(() => ""));
    const isRunning = child.exitCode === null && child.signalCode === null;
    if (!isRunning) throw new Error(`semblance train ended early: ${messages}`);
  }
  // The first asks it to choose and export, the second to leave at once.
  for (const _ of ["ask", "leave"]) {
    child.kill("SIGINT");
    await Promise.race([ended, sleep(lookEveryMs)]);
  }
  await ended;
  return events;
}

// Not every update is told of: two at least must be, to take a rate between them.
function areEnough(events: readonly TrainingEventLine[], work: TrainingWork): boolean {
  const steps = events.flatMap(({ type, step = 0 }) => (type === "step" ? step : []));
  return (
    steps.some((step) => step >= work.steps) &&
    steps.filter((step) => step >= work.warmUp).length > 1
  );
}

// So that it takes nothing from the system that is measured next. A worker without a parent ends in 20 s.
async function untilWorkerIsGone(run: string): Promise<void> {
  const pid = Number.parseInt(await readFile(join(run, "worker.pid"), "utf8").catch(() => ""), 10);
  const end = performance.now() + longestEndMs;
  while (isRunning(pid) && performance.now() < end) await sleep(lookEveryMs);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
