import { statfs } from "node:fs/promises";
import { constants } from "node:os";
import { TrainerError } from "@semblance/core";
import { z } from "zod";
import { createCanceller, type KillReason } from "./canceller.ts";
import { createHaltNotice } from "./halt-notice.ts";
import { readJobExit } from "./job-folder.ts";
import { parseReply } from "./parse-reply.ts";
import type { PythonBridge } from "./python-bridge.ts";
import type { StopRequest } from "./stop-request.ts";
import { describeExit, diskFull, failureFromPython, workerKilled } from "./trainer-failure.ts";

/** Another worker than `semblance_trainer.worker`: a module, and the folder that holds it. */
export interface WorkerModule {
  readonly module: string;
  readonly pythonPath: string;
}

/** How to start a worker on a job whose job.json stands. */
export interface StartJobOptions {
  readonly bridge: PythonBridge;
  readonly jobFolder: string;
  /** The lock of the run: names the worker while it lives. */
  readonly pidFile: string;
  /** Whether the worker outlives this process. */
  readonly detached?: boolean;
  readonly worker?: WorkerModule;
}

/** How to follow a worker. */
export interface FollowJobOptions {
  readonly bridge: PythonBridge;
  readonly jobFolder: string;
  /** Its name at the bridge. */
  readonly id: string;
  readonly stop: StopRequest;
  readonly onEvent: (event: unknown) => void;
  readonly pollIntervalMs: number;
  /** Silence after which a worker that was asked to stop is killed. */
  readonly cancelGraceMs: number;
  /** Ends the following alone. */
  readonly signal?: AbortSignal;
}

const startReply = z.object({ id: z.string(), pid: z.number() });

const pollReply = z.object({
  events: z.array(z.unknown()),
  running: z.boolean(),
  stopped: z.boolean().exactOptional(),
  returnCode: z.number().exactOptional(),
  log: z.string().exactOptional(),
});

type Ending = z.output<typeof pollReply>;

/** Starts a worker. */
export async function startJob(
  options: StartJobOptions,
): Promise<{ readonly id: string; readonly pid: number }> {
  const { bridge, jobFolder, pidFile, detached = false, worker } = options;
  const parameters = { jobFolder, pidFile, detached, ...worker };
  return parseReply(startReply, await bridge.call("start", parameters), "start");
}

/** Starts a worker and follows it: see {@link followJob}. */
export async function runJob(
  options: StartJobOptions & Omit<FollowJobOptions, "id">,
): Promise<unknown> {
  const { id } = await startJob(options);
  return await followJob({ ...options, id });
}

/**
 * Follows a worker's events, and returns what it left as its result.
 *
 * @throws {@link TrainerError} with the worker's own code; `WORKER_KILLED` when it died without a
 * word; `ABORTED` when it was left at once; what the bridge throws. The signal's reason.
 */
export async function followJob(options: FollowJobOptions): Promise<unknown> {
  const { bridge, jobFolder, id, stop, signal, onEvent } = options;
  const canceller = createCanceller(options);
  const noteHalt = createHaltNotice(onEvent);
  for (;;) {
    signal?.throwIfAborted();
    await canceller.passOn();
    const report = parseReply(pollReply, await bridge.call("poll", { id }), "report");
    for (const event of report.events) onEvent(event);
    if (report.events.length > 0) canceller.noteSignOfLife();
    if (!report.running) return await resultOf(report, jobFolder, canceller.killedFor);
    noteHalt(report.stopped ?? false);
    if (report.events.length === 0) await stop.wait(options.pollIntervalMs);
  }
}

async function resultOf(
  ending: Ending,
  jobFolder: string,
  killedFor: KillReason | undefined,
): Promise<unknown> {
  const exit = await readJobExit(jobFolder);
  if (exit?.ok) return exit.result;
  const log = ending.log ?? "";
  if (exit !== undefined) throw failureFromPython(exit.error, log);
  if (killedFor === "leaving") throw leftAtOnce();
  if (killedFor === "silence") throw workerKilled("it did not stop when asked to", log);
  const how = describeReturnCode(ending.returnCode);
  // A disk with no room has none for the worker's last words either.
  if (await isDiskFull(jobFolder))
    throw diskFull(`The worker ended on a full disk (${how}).`, { log });
  throw workerKilled(how, log);
}

const roomForLastWords = 64 * 1024;

async function isDiskFull(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize < roomForLastWords;
}

/** The error of a job that the caller left without waiting for its end. */
export function leftAtOnce(): TrainerError {
  return new TrainerError({
    code: "ABORTED",
    message: "The job was left at once, without its result.",
    fix: "Run the same fit again with resume: true to go on from the last checkpoint.",
  });
}

function describeReturnCode(code: number | undefined): string {
  if (code === undefined) return "its process is gone";
  if (code >= 0) return describeExit(code, null);
  const signal = Object.entries(constants.signals).find(([, number]) => number === -code);
  return describeExit(null, signal?.[0] ?? String(-code));
}
