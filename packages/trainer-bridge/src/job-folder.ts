import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TrainerError } from "@semblance/core";
import { z } from "zod";
import { parseReply } from "./parse-reply.ts";
import { type PythonFailureRecord, pythonFailure } from "./trainer-failure.ts";

/** What job.json says: which task, with which settings. */
export interface Job {
  readonly task: "fit" | "export";
  readonly config: object;
}

/** How a job ended, from exit.json. */
export type JobExit =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: PythonFailureRecord };

const exitSchema = z.discriminatedUnion("ok", [
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({ ok: z.literal(false), error: pythonFailure }),
]);

/** Where Python's control process writes what it prints. */
export function bridgeLogOf(jobFolder: string): string {
  return join(jobFolder, "bridge.log");
}

/** Makes the folder; with an earlier job's files gone, unless that is to be resumed. */
export async function prepareJobFolder(
  folder: string,
  options: { readonly resume: boolean },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const found = await readdir(folder);
  const leftovers = options.resume ? ["exit.json"] : found.filter((name) => !kept.has(name));
  for (const name of leftovers) await rm(join(folder, name), { recursive: true, force: true });
}

// Decoded images know which files they were made from, so they serve the next job too.
const kept = new Set(["bridge.log", "cache"]);

/** Writes job.json in one go: a reader, or a crash, sees the old one or the new. */
export async function writeJob(folder: string, job: Job, protocol: number): Promise<void> {
  const path = join(folder, "job.json");
  await writeFile(`${path}.tmp`, JSON.stringify({ protocol, ...job }));
  await rename(`${path}.tmp`, path);
}

/** How the job ended, or `undefined` when the worker left without a word. */
export async function readJobExit(folder: string): Promise<JobExit | undefined> {
  const path = join(folder, "exit.json");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    return undefined;
  }
  return parseReply(exitSchema, parseJson(text, path), "exit.json");
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TrainerError({ code: "PROTOCOL", message: `${path} is not JSON.`, cause });
  }
}
