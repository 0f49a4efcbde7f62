import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { interruptCommand } from "../../../fixtures/child-command.ts";
import { colorCount, writeColoredSquares } from "../../../fixtures/colored-squares.ts";
import { runForDocument } from "../../../fixtures/command-run.ts";
import { hasPython, processesThatName, workerInTraining } from "../../../fixtures/python.ts";

describe.skipIf(!hasPython)("training", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "semblance train "));
    writeColoredSquares(folder, "train.csv", [60, 64, 80]);
    writeColoredSquares(folder, "val.csv", [72]);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function training(run: string, hyperparameters: object): string[] {
    const data = ["-d", join(folder, "train.csv"), "--val", join(folder, "val.csv")];
    const settings = JSON.stringify({ batchSize: 8, ...hyperparameters });
    const start = ["train", "-m", "scratch:tiny", ...data, "-o", join(folder, run)];
    return [...start, "--hyperparameters", settings];
  }

  test("gives a run that is a model, with the figures that evaluation finds", async () => {
    const { exitCode, document } = await runForDocument(
      ...training("run", { maxSteps: 4, learningRate: 1e-3 }),
    );
    expect(exitCode).toBe(0);
    expect(Object.keys(document).toSorted()).toEqual([
      "failures",
      "fit",
      "model",
      "schema",
      "timing",
    ]);
    expect(document).toMatchObject({
      schema: 1,
      fit: { kept: expect.any(String), metric: "mrr", steps: 4, stopped: "maxSteps" },
      timing: { fit: expect.any(Number), export: expect.any(Number) },
      failures: [],
      model: join(folder, "run"),
    });
    const keys = ["after", "before", "candidates", "gain", "kept", "metric", "steps", "stopped"];
    const { alpha, ...fit } = document.fit;
    expect(alpha === undefined).toBe(fit.kept !== "interpolated");
    expect(Object.keys(fit).toSorted()).toEqual(keys);
    expect(fit.candidates?.[0]).toEqual({ name: "start", choosing: expect.any(Number) });
    expect(readdirSync(join(folder, "run"))).toEqual(
      expect.arrayContaining([
        "README.md",
        "job",
        "model.safetensors",
        "onnx",
        "semblance.json",
        "start",
        "worker.pid",
      ]),
    );
    expectSameFigures(document.fit.after, await evaluate("run"));
    expectSameFigures(document.fit.before, await evaluate("run/start"));
  }, 60_000);

  async function evaluate(model: string) {
    const data = ["-d", join(folder, "val.csv")];
    const { document } = await runForDocument(
      "eval",
      "-m",
      join(folder, model),
      ...data,
      "--no-ci",
    );
    return document.metrics;
  }

  test("whose worker is killed is one error, leaves no process, and can go on", async () => {
    const parameters = training("killed", { maxSteps: 100_000 });
    const run = runForDocument(...parameters);
    process.kill(await workerInTraining(join(folder, "killed")), "SIGKILL");
    const { exitCode, document, stderr } = await run;
    expect([exitCode, document.error.code]).toEqual([1, "WORKER_KILLED"]);
    expect(document.error.fix).toContain("--resume");
    expect(stderr).not.toMatch(/\n +at |Traceback/);
    expect(processesThatName(join(folder, "killed"))).toEqual([]);
    expect(existsSync(join(folder, "killed/semblance.json"))).toBe(false);
    const again = await runForDocument(...parameters);
    expect(again.document.error.code).toBe("RUN_EXISTS");
  }, 60_000);

  test("ends at once with a second Ctrl-C, and the run can be gone on with", async () => {
    const parameters = [...training("left", { maxSteps: 100_000 }), "--json"];
    const cues = ["training: ", "Press Ctrl-C again"];
    const { exitCode, stdout } = await interruptCommand(parameters, cues);
    expect(exitCode).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "INTERRUPTED" } });
    const name = join(folder, "left");
    await vi.waitUntil(() => processesThatName(name).length === 0, { timeout: 25_000 });
    expect(existsSync(join(name, "job/state.json"))).toBe(true);
  }, 60_000);

  test("with --detach goes on alone; attach follows it, and with --stop ends it", async () => {
    const run = join(folder, "detached");
    // Too small to change a weight: the start is kept, and copied in no time.
    const parameters = training("detached", { maxSteps: 100_000, learningRate: 1e-12 });
    const launched = await runForDocument(...parameters, "-m", join(folder, "run"), "--detach");
    expect(launched).toMatchObject({ exitCode: 0, document: { detached: { run } } });
    expect(await workerInTraining(run)).toBe(launched.document.detached.pid);
    const left = await interruptCommand(["attach", run, "--json"], ["training: "]);
    expect([left.exitCode, left.stderr]).toEqual([130, expect.stringContaining("goes on")]);
    const { exitCode, document, stderr } = await runForDocument("attach", run, "--stop");
    expect(exitCode).toBe(0);
    expect(document).toMatchObject({ fit: { kept: "start", stopped: "aborted" }, model: run });
    expect(stderr).toContain("step 0: validation");
    expect(processesThatName(run)).toEqual([]);
  }, 60_000);
});

/** Both sides may rank one query otherwise: PyTorch and ONNX round differently. */
function expectSameFigures(
  told: Readonly<Record<string, number>>,
  found: Readonly<Record<string, { readonly value: number }>>,
): void {
  for (const name of ["t2i.hit@1", "t2i.hit@5", "i2t.hit@1", "i2t.hit@5"]) {
    expect(
      Math.abs((told[name] ?? Number.NaN) - (found[name]?.value ?? Number.NaN)),
      name,
    ).toBeLessThanOrEqual(1 / colorCount);
  }
}
