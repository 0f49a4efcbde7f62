import { constants } from "node:os";
import { TrainerError } from "@semblance/core";
import { z } from "zod";
import { readJobExit } from "./job-folder.ts";
import { parseReply } from "./parse-reply.ts";
import type { PythonBridge } from "./python-bridge.ts";
import type { StopLevel, StopRequest } from "./stop-request.ts";
import { describeExit, failureFromPython, workerKilled } from "./trainer-failure.ts";

/** Another worker than `semblance_trainer.worker`: a module, and the folder that holds it. */
export interface WorkerModule {
  readonly module: string;
  readonly pythonPath: string;
}

/** How to run a job whose job.json stands. */
export interface RunJobOptions {
  readonly bridge: PythonBridge;
  readonly jobFolder: string;
  /** The lock of the run: names the worker while it lives. */
  readonly pidFile: string;
  readonly stop: StopRequest;
  readonly onEvent: (event: unknown) => void;
  readonly pollIntervalMs: number;
  /** Silence after which a worker that was asked to stop is killed. */
  readonly cancelGraceMs: number;
  readonly worker?: WorkerModule;
}

const startReply = z.object({ id: z.string(), pid: z.number() });

const pollReply = z.object({
  events: z.array(z.unknown()),
  running: z.boolean(),
  returnCode: z.number().exactOptional(),
  log: z.string().exactOptional(),
});

type Ending = z.output<typeof pollReply>;

/**
 * Starts a worker, follows its events, and returns what it left as its result.
 *
 * @throws {@link TrainerError} with the worker's own code; `WORKER_KILLED` when it died without a
 * word; `ABORTED` when it was left at once; what the bridge throws.
 */
export async function runJob(options: RunJobOptions): Promise<unknown> {
  const { bridge, jobFolder, pidFile, stop } = options;
  const parameters = { jobFolder, pidFile, ...options.worker };
  const { id } = parseReply(startReply, await bridge.call("start", parameters), "start");
  const canceller = createCanceller(options, id);
  for (;;) {
    await canceller.passOn();
    const report = parseReply(pollReply, await bridge.call("poll", { id }), "report");
    for (const event of report.events) options.onEvent(event);
    if (report.events.length > 0) canceller.noteSignOfLife();
    if (!report.running) return await resultOf(report, jobFolder, canceller.killedFor);
    if (report.events.length === 0) await stop.wait(options.pollIntervalMs);
  }
}

interface Canceller {
  /** Why the worker was killed, where it was. */
  readonly killedFor: "leaving" | "silence" | undefined;
  noteSignOfLife(): void;
  /** Tells the worker what it has not been told yet. */
  passOn(): Promise<void>;
}

function createCanceller(options: RunJobOptions, id: string): Canceller {
  const { bridge, stop, cancelGraceMs } = options;
  let told: StopLevel = "none";
  let lastSign = 0;
  let killedFor: Canceller["killedFor"];

  async function kill(reason: "leaving" | "silence"): Promise<void> {
    told = "leave";
    killedFor = reason;
    await bridge.call("cancel", { id, force: true });
  }

  return {
    get killedFor() {
      return killedFor;
    },
    noteSignOfLife() {
      lastSign = performance.now();
    },
    async passOn() {
      if (told === "leave" || stop.level === "none") return;
      if (stop.level === "leave") return await kill("leaving");
      if (told === "none") {
        told = "stop";
        lastSign = performance.now();
        await bridge.call("cancel", { id, force: false });
      } else if (performance.now() - lastSign > cancelGraceMs) {
        await kill("silence");
      }
    },
  };
}

async function resultOf(
  ending: Ending,
  jobFolder: string,
  killedFor: Canceller["killedFor"],
): Promise<unknown> {
  const exit = await readJobExit(jobFolder);
  if (exit?.ok) return exit.result;
  const log = ending.log ?? "";
  if (exit !== undefined) throw failureFromPython(exit.error, log);
  if (killedFor === "leaving") throw leftAtOnce();
  if (killedFor === "silence") throw workerKilled("it did not stop when asked to", log);
  throw workerKilled(describeReturnCode(ending.returnCode ?? 0), log);
}

/** The error of a job that the caller left without waiting for its end. */
export function leftAtOnce(): TrainerError {
  return new TrainerError({
    code: "ABORTED",
    message: "The job was left at once, without its result.",
    fix: "Run the same fit again with resume: true to go on from the last checkpoint.",
  });
}

function describeReturnCode(code: number): string {
  if (code >= 0) return describeExit(code, null);
  const signal = Object.entries(constants.signals).find(([, number]) => number === -code);
  return describeExit(null, signal?.[0] ?? String(-code));
}
