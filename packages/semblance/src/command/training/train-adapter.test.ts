import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeColoredSquares } from "../../../fixtures/colored-squares.ts";
import { runCommand, runForDocument } from "../../../fixtures/command-run.ts";
import { temporaryFolder } from "../../../fixtures/temporary-folder.ts";
import { tinyModel } from "../../../fixtures/tiny-model.ts";

const noPython = ["--python", "/nowhere/python"];

function trainingIn(folder: string, hyperparameters: object): string[] {
  const data = ["-d", join(folder, "train.csv"), "--val", join(folder, "val.csv")];
  const method = ["--method", "adapter", "--hyperparameters", JSON.stringify(hyperparameters)];
  return ["train", "-m", tinyModel, ...data, ...method, ...noPython, "-o", join(folder, "run")];
}

/** Squares in colours and captions that name them, for training in two sizes and for validation in one. */
function coloredSquares(): string {
  const folder = temporaryFolder();
  writeColoredSquares(folder, "train.csv", [60, 80]);
  writeColoredSquares(folder, "val.csv", [72]);
  return folder;
}

const settings = { maxSteps: 30, evaluationSteps: 10, learningRate: 0.01, ridge: [0.01, 0.1] };

test("a head is fitted without Python, and the run is the model that its figures are of", async () => {
  const folder = coloredSquares();
  const cache = ["--cache", join(folder, "cache")];
  const { exitCode, document } = await runForDocument(...trainingIn(folder, settings), ...cache);
  expect(exitCode).toBe(0);
  expect(document).toMatchObject({
    schema: 1,
    fit: { kept: expect.stringMatching(/^(best|interpolated)$/), gain: expect.anything() },
    timing: { fit: expect.any(Number), export: expect.any(Number) },
    failures: [],
    model: join(folder, "run"),
  });
  expect(document.fit.after["t2i.mrr"]).toBeGreaterThan(document.fit.before["t2i.mrr"] ?? 1);
  const evaluate = async (model: string) => {
    const parameters = ["eval", "-m", model, "-d", join(folder, "val.csv"), "--no-ci"];
    return (await runForDocument(...parameters)).document;
  };
  const [start, run] = [await evaluate(tinyModel), await evaluate(join(folder, "run"))];
  expect(run.metrics["t2i.hit@1"]?.value).toBeCloseTo(document.fit.after["t2i.hit@1"] ?? -1, 6);
  expect(start.metrics["t2i.hit@1"]?.value).toBeCloseTo(document.fit.before["t2i.hit@1"] ?? -1, 6);
  expect(run.model.sha256).not.toBe(start.model.sha256);
  expect(existsSync(join(folder, "cache"))).toBe(true);
}, 60_000);

test("a head that beats nothing is not kept, and the terminal says so", async () => {
  const folder = coloredSquares();
  const absurd = { ridge: [], learningRate: 1e6, maxSteps: 10 };
  const { exitCode, stdout } = await runCommand(...trainingIn(folder, absurd));
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^The start was kept: training did not beat it/);
  const weightsOf = (model: string) =>
    JSON.parse(readFileSync(join(model, "semblance.json"), "utf8")).weights;
  expect(weightsOf(join(folder, "run"))).toBe(weightsOf(tinyModel));
  const again = await runForDocument(...trainingIn(folder, absurd));
  expect(again.document.error.code).toBe("RUN_EXISTS");
}, 60_000);

test.each([
  [{ learningrate: 1 }, [], "CONFIG_INVALID", /There are: tower, rank, ridge/],
  [{}, ["--detach"], "CONFIG_INVALID", /--detach/],
  [{}, ["--time-limit", "0.001s"], "TIME_LIMIT_TOO_SHORT", /time limit/],
  [{}, ["-m", "no-model"], "MODEL_NOT_FOUND", /folder/],
])("%j %j is refused with %s", async (hyperparameters, more, code, fix) => {
  const folder = coloredSquares();
  const parameters = [...trainingIn(folder, hyperparameters), ...more];
  const { exitCode, document } = await runForDocument(...parameters);
  expect([exitCode, document.error.code]).toEqual([1, code]);
  expect(document.error.fix).toMatch(fix);
});
