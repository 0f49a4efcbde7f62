import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import {
  createRunFolder,
  eventsOf,
  fitScripted,
  isAlive,
  pidOfWorker,
  plainPython,
  scriptedSettings,
  scriptedSpec,
} from "../fixtures/scripted-fit.ts";
import { attachTraining } from "./attach-training.ts";
import { launch } from "./launch-training.ts";

const fitUntilKilled = fileURLToPath(new URL("../fixtures/fit-until-killed.ts", import.meta.url));

const trainer = { python: plainPython, pollIntervalMs: 20 };
const attach = (runFolder: string, signal?: AbortSignal) =>
  attachTraining({ runFolder, trainer, ...(signal && { signal }) });

async function stepsOf(run: AsyncIterable<{ readonly type: string }>): Promise<number> {
  let steps = 0;
  for await (const { type } of run) steps += type === "step" ? 1 : 0;
  return steps;
}

test("a detached training outlives its client; who attaches sees all of it and can stop it", async () => {
  const runFolder = createRunFolder();
  const node = spawn(
    process.execPath,
    ["--conditions=@semblance/source", fitUntilKilled, runFolder, "detached"],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const worker = await pidOfWorker(runFolder);
  node.kill("SIGKILL");
  await delay(1500); // the control process looks after its parent twice a second
  expect(isAlive(worker)).toBe(true);
  const [first, second] = [attach(runFolder), attach(runFolder)];
  second.cancel();
  for (const run of [first, second]) expect((await run.result).stopped).toBe("aborted");
  expect([await stepsOf(first), await stepsOf(second)]).toEqual([1, 1]);
});

test("a launched training needs nobody, and its folder is taken while it runs", async () => {
  const { runFolder, pid } = await launch(scriptedSpec("runs"), scriptedSettings);
  expect(isAlive(pid)).toBe(true);
  const second = await fitScripted("works", { runFolder }).result.catch((reason) => reason);
  expect([second.code, second.fix]).toEqual(["JOB_RUNNING", expect.stringContaining("Attach")]);
  const run = attach(runFolder);
  run.cancel();
  await expect(run.result).resolves.toMatchObject({ stopped: "aborted", model: runFolder });
});

test("a launch that is aborted starts nothing", async () => {
  const reason = new Error("enough");
  const spec = { ...scriptedSpec("runs"), signal: AbortSignal.abort(reason) };
  await expect(launch(spec, scriptedSettings)).rejects.toBe(reason);
});

test("an abort ends the following and leaves the training alone", async () => {
  const { runFolder, pid } = await launch(scriptedSpec("runs"), scriptedSettings);
  const controller = new AbortController();
  const run = attach(runFolder, controller.signal);
  for await (const { type } of run) if (type === "step") controller.abort(new Error("enough"));
  await expect(run.result).rejects.toThrow("enough");
  expect(isAlive(pid)).toBe(true);
  const again = attach(runFolder);
  again.cancel();
  again.cancel();
  await expect(again.result).rejects.toMatchObject({ code: "ABORTED" });
  expect(isAlive(pid)).toBe(false);
});

test("a training that is over gives its result, its error, or the advice to resume it", async () => {
  const runFolder = createRunFolder();
  await fitScripted("works", { runFolder }).result;
  const run = attach(runFolder);
  expect(await run.result).toMatchObject({ kept: "best", steps: 3 });
  expect(await stepsOf(run)).toBe(3);
  await fitScripted("fails", { runFolder }).result.catch(() => undefined);
  await expect(attach(runFolder).result).rejects.toMatchObject({ code: "OUT_OF_MEMORY" });
  rmSync(join(runFolder, "job", "exit.json"));
  await expect(attach(runFolder).result).rejects.toMatchObject({
    code: "WORKER_KILLED",
    fix: expect.stringContaining("resume"),
  });
});

test("where nothing was ever trained there is nothing to attach to", async () => {
  const run = attach(createRunFolder());
  await expect(run.result).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  expect(await eventsOf(run)).toEqual([]);
});

test("a halted worker is told of, and so is that it goes on", async () => {
  const runFolder = createRunFolder();
  const run = fitScripted("runs", { runFolder });
  const pid = await pidOfWorker(runFolder);
  process.kill(pid, "SIGSTOP");
  const codes: string[] = [];
  for await (const event of run) {
    if (event.type !== "warning") continue;
    codes.push(event.code);
    if (event.code === "WORKER_STOPPED") process.kill(pid, "SIGCONT");
    else run.cancel();
  }
  expect(codes).toEqual(["WORKER_STOPPED", "WORKER_CONTINUED"]);
  expect((await run.result).stopped).toBe("aborted");
});

test("a halted worker that is asked to stop is killed after the grace", async () => {
  const runFolder = createRunFolder();
  const run = fitScripted("runs", { runFolder, cancelGraceMs: 300 });
  const pid = await pidOfWorker(runFolder);
  process.kill(pid, "SIGSTOP");
  run.cancel();
  await expect(run.result).rejects.toMatchObject({ code: "WORKER_KILLED" });
  expect(isAlive(pid)).toBe(false);
});

test("two trainings in two folders do not disturb each other", async () => {
  const folders = [createRunFolder(), createRunFolder()];
  const runs = folders.map((runFolder) => fitScripted("runs", { runFolder }));
  const [first, second] = await Promise.all(folders.map(pidOfWorker));
  expect(first).not.toBe(second);
  runs[0]?.cancel();
  expect((await runs[0]?.result)?.stopped).toBe("aborted");
  expect(isAlive(second ?? 0)).toBe(true);
  runs[1]?.cancel();
  expect((await runs[1]?.result)?.model).toBe(folders[1]);
});
