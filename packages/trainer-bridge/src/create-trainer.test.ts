import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createColouredSquares } from "../fixtures/coloured-squares.ts";
import { eventsOf, pidOfWorker } from "../fixtures/scripted-fit.ts";
import { trainedPython } from "../fixtures/trained-python.ts";
import { createTrainer } from "./create-trainer.ts";
import { exportCheckpoint } from "./export-checkpoint.ts";

const trains = { skip: !trainedPython, timeout: 120_000 };
const newFolder = () => join(mkdtempSync(join(tmpdir(), "fit ")), "run");
const squares = createColouredSquares();
const spec = (runFolder: string, hyperparameters = {}) => ({
  checkpoint: "scratch:tiny",
  runFolder,
  train: squares,
  validation: squares,
  seed: 0,
  hyperparameters,
});

test("a setting that does not fit is refused at once", () => {
  expect(() => createTrainer({ pollIntervalMs: 0 })).toThrow(/pollIntervalMs/);
});

test("hyperparameters that do not fit surface in result", async () => {
  const run = createTrainer().fit(spec(newFolder(), { learning_rate: 1 }));
  await expect(run.result).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  expect(await eventsOf(run)).toEqual([]);
});

test("what is to be exported must be a checkpoint", trains, async () => {
  const checkpoint = mkdtempSync(join(tmpdir(), "empty "));
  await expect(exportCheckpoint({ checkpoint, output: newFolder() })).rejects.toMatchObject({
    code: "NOT_A_CHECKPOINT",
  });
});

test("a fit trains, stops when aborted, and exports what it kept", trains, async () => {
  const controller = new AbortController();
  const runFolder = newFolder();
  const trainer = createTrainer({ device: "cpu" });
  const run = trainer.fit(spec(runFolder), { signal: controller.signal });
  const types = new Set<string>();
  for await (const { type } of run) {
    types.add(type);
    if (type === "step") controller.abort();
  }
  const result = await run.result;
  expect(types).toEqual(new Set(["progress", "evaluation", "step"]));
  expect(result).toMatchObject({ stopped: "aborted", model: runFolder, failures: [] });
  expect(result.steps).toBeGreaterThan(0);
  expect(result.judged.start).toHaveLength(result.judged.groups.length);
  expect(existsSync(join(runFolder, "semblance.json"))).toBe(true);
});

test("killing the worker of a real fit is one error", trains, async () => {
  const runFolder = newFolder();
  const run = createTrainer({ device: "cpu" }).fit(spec(runFolder));
  process.kill(await pidOfWorker(runFolder), "SIGKILL");
  await expect(run.result).rejects.toMatchObject({ code: "WORKER_KILLED" });
});
