import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { holdLock } from "./hold-lock.ts";
import { chooseInstaller } from "./installer.ts";
import { pythonPath } from "./package-folder.ts";
import { parseReply } from "./parse-reply.ts";
import {
  type Environment,
  type EnvironmentRecord,
  interpreterIn,
  type Locks,
  markerOf,
  readEnvironment,
} from "./python-environment.ts";
import { createSetUpRunner, type SetUpProgress, type SetUpRunner } from "./set-up-runner.ts";
import type { TorchRequirement } from "./torch-requirement.ts";

/** What the environment in `folder` must hold. */
export interface EnvironmentPlan {
  readonly folder: string;
  readonly locks: Locks;
  readonly torch: TorchRequirement;
  /** Whether the development tools belong in it. */
  readonly dev: boolean;
  readonly python?: string;
  /** The folder that everything comes from, offline. */
  readonly wheels?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SetUpProgress) => void;
}

/** The environment that stands. */
export interface SetUpPythonResult {
  /** Its interpreter. */
  readonly python: string;
  readonly folder: string;
  /** Whether anything was installed; `false` when it stood already. */
  readonly created: boolean;
}

/** Makes what is missing of the environment, alone among processes. */
export async function setUpEnvironment(plan: EnvironmentPlan): Promise<SetUpPythonResult> {
  const standing = readEnvironment(plan.folder);
  if (suffices(standing, plan)) return { ...placeOf(plan), created: false };
  await mkdir(dirname(plan.folder), { recursive: true });
  const runner = createSetUpRunner(plan);
  await using _lock = await holdLock({
    path: `${plan.folder}.lock`,
    onWait: () => runner.tell("waiting for another set-up"),
    ...(plan.signal ? { signal: plan.signal } : {}),
  });
  const found = readEnvironment(plan.folder);
  if (suffices(found, plan)) return { ...placeOf(plan), created: false };
  await install(plan, runner, found);
  return { ...placeOf(plan), created: true };
}

function suffices(environment: Environment | undefined, { locks, dev }: EnvironmentPlan): boolean {
  if (environment?.record.lock !== locks.lock) return false;
  return !dev || environment.record.developmentLock === locks.developmentLock;
}

function placeOf({ folder }: EnvironmentPlan): { python: string; folder: string } {
  return { python: interpreterIn(folder), folder };
}

async function install(
  plan: EnvironmentPlan,
  runner: SetUpRunner,
  found: Environment | undefined,
): Promise<void> {
  const { folder, locks, torch, dev } = plan;
  const installer = await chooseInstaller(plan);
  const fromLock = (file: string) => installer.install(folder, ["--require-hashes", "-r", file]);
  if (found === undefined) {
    await rm(folder, { recursive: true, force: true });
    await runner.run("creating the environment", installer.create(folder));
    await runner.runUntilFound({
      stage: `installing ${torch.requirement.replace("==", " ")}`,
      commands: placesOf(plan).map((place) => installer.install(folder, place)),
      isNotFound: installer.isNotFound,
    });
    await runner.run("installing the libraries", fromLock(locks.lockFile));
  }
  if (dev)
    await runner.run("installing the development tools", fromLock(locks.developmentLockFile));
  const versions = await check(folder, runner);
  await writeRecord(folder, {
    lock: locks.lock,
    developmentLock: dev ? locks.developmentLock : null,
    torch: torch.requirement,
    versions,
    completedAt: Date.now() / 1000,
  });
}

function placesOf({ wheels, torch: { requirement, fallbackIndex } }: EnvironmentPlan): string[][] {
  const configured = [requirement];
  return fallbackIndex === undefined || wheels !== undefined
    ? [configured]
    : [configured, [requirement, "--index-url", fallbackIndex]];
}

const reportSchema = z.object({
  python: z.string(),
  packages: z.record(z.string(), z.string()),
});

async function check(folder: string, runner: SetUpRunner): Promise<Record<string, string>> {
  const log = await runner.run("checking the environment", {
    program: interpreterIn(folder),
    parameters: ["-m", "semblance_trainer.job.environment_report"],
    environment: { PYTHONPATH: pythonPath },
  });
  const report = log.split("\n").findLast((line) => line.startsWith("{")) ?? "null";
  const { python, packages } = parseReply(reportSchema, JSON.parse(report), "environment report");
  return { python, ...packages };
}

async function writeRecord(folder: string, record: EnvironmentRecord): Promise<void> {
  const marker = markerOf(folder);
  await writeFile(`${marker}.tmp`, `${JSON.stringify(record, undefined, 2)}\n`);
  await rename(`${marker}.tmp`, marker);
}
