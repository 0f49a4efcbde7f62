import { execFileSync, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import {
  createRunFolder,
  fitScripted,
  isGoneWithin,
  pidOfWorker,
} from "../fixtures/scripted-fit.ts";

const fitUntilKilled = fileURLToPath(new URL("../fixtures/fit-until-killed.ts", import.meta.url));

function parentOf(pid: number): number {
  return Number(execFileSync("ps", ["-o", "ppid=", "-p", String(pid)], { encoding: "utf8" }));
}

test("killing the worker in mid-run is one error that says how to go on", async () => {
  const runFolder = createRunFolder();
  const run = fitScripted("runs", { runFolder });
  process.kill(await pidOfWorker(runFolder), "SIGKILL");
  await expect(run.result).rejects.toMatchObject({
    code: "WORKER_KILLED",
    message: expect.stringContaining("SIGKILL"),
    fix: expect.stringContaining("resume"),
  });
});

test("killing the control process in mid-run is one error, and the worker ends", async () => {
  const runFolder = createRunFolder();
  const run = fitScripted("runs", { runFolder });
  const worker = await pidOfWorker(runFolder);
  process.kill(parentOf(worker), "SIGKILL");
  await expect(run.result).rejects.toMatchObject({
    code: "PYTHON_DIED",
    fix: expect.stringContaining("resume"),
  });
  expect(await isGoneWithin(worker, 5)).toBe(true);
});

test("killing Node leaves no process behind", async () => {
  const runFolder = createRunFolder();
  const node = spawn(
    process.execPath,
    ["--conditions=@semblance/source", fitUntilKilled, runFolder],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const worker = await pidOfWorker(runFolder);
  const control = parentOf(worker);
  node.kill("SIGKILL");
  expect(await isGoneWithin(worker, 10)).toBe(true);
  expect(await isGoneWithin(control, 5)).toBe(true);
});
