import { execFileSync } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Dataset } from "@semblance/core";
import { expect, test } from "vitest";
import { createPairDataset } from "../fixtures/memory-dataset.ts";
import {
  createRunFolder,
  eventsOf,
  fitScripted,
  isAlive,
  pidOfWorker,
} from "../fixtures/scripted-fit.ts";

const fitUntilKilled = fileURLToPath(new URL("../fixtures/fit-until-killed.ts", import.meta.url));

test("a fit resolves with what the worker left, typed arrays and NaN restored", async () => {
  const runFolder = createRunFolder();
  const result = await fitScripted("works", { runFolder }).result;
  expect(result).toMatchObject({ kept: "best", steps: 3, model: runFolder });
  expect(result.judged.start).toEqual(Float64Array.from([0.5, Number.NaN]));
  expect(result.judged.groups).toEqual(Uint32Array.from([0, 1]));
  expect(result.judged.interval).toEqual([0.1, 0.4]);
});

test("events come in order, also to a reader who comes late", async () => {
  const run = fitScripted("works");
  await run.result;
  const steps = (await eventsOf(run)).filter((event) => event.type === "step");
  expect(steps.map(({ step }) => step)).toEqual([0, 1, 2]);
});

test("progress reaches onProgress as plain progress", async () => {
  const stages: unknown[] = [];
  await fitScripted("works", { onProgress: (progress) => stages.push(progress) }).result;
  expect(stages[0]).toEqual({ stage: "starting Python", done: 0, unit: "steps" });
});

test("job.json says what was asked, with defaults filled in", async () => {
  const runFolder = createRunFolder();
  const before = Date.now() / 1000;
  await fitScripted("works", { runFolder }).result;
  const job = JSON.parse(readFileSync(join(runFolder, "job", "job.json"), "utf8"));
  expect(job).toMatchObject({ protocol: 1, task: "fit" });
  expect(job.config).toMatchObject({ runFolder, timeLimit: null, neverWorse: "mean" });
  expect(job.config.hyperparameters.batchSize).toBe(64);
  expect(job.config.startedAt).toBeGreaterThanOrEqual(before);
  expect(job.config.startedAt).toBeLessThan(before + 1);
});

test("a worker that crashes is one error that names the signal and shows the log", async () => {
  const error = await fitScripted("crashes").result.catch((reason) => reason);
  expect(error.code).toBe("WORKER_KILLED");
  expect(error.message).toContain("SIGSEGV");
  expect(error.python.log).toContain("about to crash");
  expect(error.fix).toContain("resume");
});

test("a worker that leaves without a word is an error, not a wait for ever", async () => {
  await expect(fitScripted("vanishes").result).rejects.toMatchObject({ code: "WORKER_KILLED" });
});

test("what the worker reports as its failure keeps its code, its remedy and its traceback", async () => {
  await expect(fitScripted("fails").result).rejects.toMatchObject({
    code: "OUT_OF_MEMORY",
    message: "no memory left",
    fix: "use a smaller batchSize",
    python: { pythonType: "TrainerError", traceback: "Traceback" },
  });
});

test("unreadable and oversized events become warnings, and NaN becomes null", async () => {
  const run = fitScripted("babbles");
  const result = await run.result;
  const told = (await eventsOf(run)).filter((event) => event.type !== "progress");
  expect(result.stopped).toBe("maxSteps");
  expect(told.map((event) => (event.type === "warning" ? event.code : event.type))).toEqual([
    "EVENT_UNREADABLE", // imagesPerSecond was infinite
    "EVENT_UNREADABLE",
    "EVENT_UNREADABLE",
    "EVENT_TOO_LARGE",
    "step",
  ]);
});

test("a flood of events is read to its end and the newest are kept for the reader", async () => {
  const run = fitScripted("floods");
  await run.result;
  const events = await eventsOf(run);
  expect(events).toHaveLength(10_000);
  expect(events.at(-1)).toMatchObject({ type: "step", step: 19_999 });
});

test("an abort lets the worker choose and export", async () => {
  const controller = new AbortController();
  const runFolder = createRunFolder();
  const run = fitScripted("runs", { runFolder, signal: controller.signal });
  await pidOfWorker(runFolder);
  controller.abort();
  expect((await run.result).stopped).toBe("aborted");
});

test("a second request leaves at once and takes the worker along", async () => {
  const runFolder = createRunFolder();
  const run = fitScripted("deaf", { runFolder });
  const pid = await pidOfWorker(runFolder);
  run.cancel();
  run.cancel();
  await expect(run.result).rejects.toMatchObject({ code: "ABORTED" });
  expect(isAlive(pid)).toBe(false);
});

test("a worker that ignores the request is killed after the grace", async () => {
  const runFolder = createRunFolder();
  const run = fitScripted("deaf", { runFolder, cancelGraceMs: 300 });
  const pid = await pidOfWorker(runFolder);
  run.cancel();
  await expect(run.result).rejects.toMatchObject({ code: "WORKER_KILLED" });
  expect(isAlive(pid)).toBe(false);
});

test("a second fit in the same folder is refused and leaves the first alone", async () => {
  const runFolder = createRunFolder();
  const first = fitScripted("runs", { runFolder });
  await pidOfWorker(runFolder);
  await expect(fitScripted("works", { runFolder }).result).rejects.toMatchObject({
    code: "JOB_RUNNING",
  });
  first.cancel();
  expect((await first.result).stopped).toBe("aborted");
});

test("a fit that still lists its items has the folder to itself already", async () => {
  const runFolder = createRunFolder();
  const signals = new EventEmitter();
  const [isListing, mayGoOn] = [once(signals, "listing"), once(signals, "go on")];
  const slow: Dataset = {
    ...createPairDataset(),
    async *items(modality) {
      signals.emit("listing");
      await mayGoOn;
      yield* createPairDataset().items(modality);
    },
  };
  const first = fitScripted("works", { runFolder, train: slow });
  await isListing;
  const second = await fitScripted("works", { runFolder }).result.catch((reason) => reason);
  signals.emit("go on");
  expect(second.code).toBe("JOB_RUNNING");
  expect((await first.result).kept).toBe("best");
});

test("a disk without room is DISK_FULL on this side too", () => {
  const child = `"${process.execPath}" --conditions=@semblance/source "${fitUntilKilled}" "${createRunFolder()}"`;
  const script = `trap '' XFSZ; ulimit -f 0; exec ${child}`;
  expect(execFileSync("bash", ["-c", script], { encoding: "utf8" })).toBe("DISK_FULL");
});

test("a later fit in the same folder starts over, unless it is to resume", async () => {
  const runFolder = createRunFolder();
  const inJob = (name: string) => join(runFolder, "job", name);
  await fitScripted("works", { runFolder }).result;
  mkdirSync(inJob("cache"));
  writeFileSync(inJob("state.json"), "{}");
  await fitScripted("works", { runFolder, resume: true }).result;
  expect(existsSync(inJob("state.json"))).toBe(true);
  await expect(fitScripted("vanishes", { runFolder }).result).rejects.toMatchObject({
    code: "WORKER_KILLED", // the earlier result is not taken for this one's
  });
  expect(existsSync(inJob("state.json"))).toBe(false);
  expect(existsSync(inJob("cache"))).toBe(true); // decoded images serve the next job too
});

test("events of a run that is resumed are not told again", async () => {
  const runFolder = createRunFolder();
  await fitScripted("works", { runFolder }).result;
  const run = fitScripted("works", { runFolder, resume: true });
  await run.result;
  const steps = (await eventsOf(run)).filter((event) => event.type === "step");
  expect(steps).toHaveLength(3);
});
