import { join } from "node:path";
import { expect, test } from "vitest";
import { runForDocument } from "../../../fixtures/command-run.ts";
import { temporaryFolder } from "../../../fixtures/temporary-folder.ts";
import { folderWithPairs, tinyModel } from "../../../fixtures/tiny-model.ts";

const noPython = ["--python", "/nowhere/python"]; // so that what is refused is refused before it starts

function train(folder: string, ...more: string[]) {
  const data = ["-d", join(folder, "pairs.csv"), "-o", join(folder, "run")];
  return runForDocument("train", "-m", "scratch:tiny", ...data, ...noPython, ...more);
}

test.each([
  [["--hyperparameters", '{"learningrate": 1}'], "CONFIG_INVALID"],
  [["-m", tinyModel], "NO_CHECKPOINT"],
  [["-m", "no-model"], "MODEL_NOT_FOUND"],
  [["--val", "no-table.csv"], "FILE_NOT_FOUND"],
  [["--columns", "caption=title"], "COLUMN_NOT_FOUND"],
  [[], "PYTHON_NOT_FOUND"],
])("train %j is refused with %s, and what to do", async (parameters, code) => {
  const folder = folderWithPairs();
  const { exitCode, document, stderr } = await train(folder, ...parameters);
  expect([exitCode, document.error.code]).toEqual([1, code]);
  expect(document.error.fix).toMatch(/\w/);
  expect(stderr).not.toMatch(/\n +at /);
});

test("a start is named by -m or comes with the preset; neither is a mistake in the command line", async () => {
  const folder = folderWithPairs();
  const data = ["-d", join(folder, "pairs.csv"), "-o", join(folder, "run"), ...noPython];
  const { exitCode, document } = await runForDocument("train", ...data);
  expect([exitCode, document.error.code]).toEqual([2, "USAGE"]);
  expect(document.error.message).toContain("--preset");
  const unknown = await runForDocument("train", ...data, "--preset", "superb");
  expect(unknown.document.error.message).toContain("medium, high, best");
  const { document: offline } = await runForDocument(
    "train",
    ...data,
    "--preset",
    "best",
    "--offline",
  );
  expect(offline.error.code).toBe("MODEL_NOT_CACHED");
  expect(offline.error.message).toContain("clip-vit-large-patch14-336");
});

test("a preset's settings give way to what is asked for", async () => {
  const asked = ["--preset", "medium", "--hyperparameters", '{"batchSize": 0}'];
  const { document } = await train(folderWithPairs(), ...asked);
  expect(document.error.code).toBe("CONFIG_INVALID");
  const kept = await train(folderWithPairs(), "--preset", "medium", "-m", "scratch:tiny");
  expect(kept.document.error.code).toBe("PYTHON_NOT_FOUND"); // -m wins over the preset's model
});

test("there is nothing to attach to without Python, or where nothing was trained", async () => {
  const { exitCode, document } = await runForDocument("attach", temporaryFolder(), ...noPython);
  expect([exitCode, document.error.code]).toEqual([1, "PYTHON_NOT_FOUND"]);
});

test("a finished run is not trained over unless told", async () => {
  const folder = folderWithPairs({ "run/semblance.json": "{}", "run/job/job.json": "{}" });
  const { exitCode, document } = await train(folder);
  expect([exitCode, document.error.code]).toEqual([1, "RUN_EXISTS"]);
  expect((await train(folder, "--overwrite")).document.error.code).toBe("PYTHON_NOT_FOUND");
});

test("an unfinished run is no checkpoint to start from", async () => {
  const folder = folderWithPairs();
  const start = temporaryFolder({ "job/job.json": "{}" });
  expect((await train(folder, "-m", start)).document.error.code).toBe("RUN_INCOMPLETE");
});

test("export refuses what has no weights", async () => {
  const { exitCode, document } = await runForDocument("export", tinyModel, "-o", temporaryFolder());
  expect([exitCode, document.error.code]).toEqual([1, "NO_CHECKPOINT"]);
});

test("doctor says when there is no Python, and what to type", async () => {
  const { exitCode, document } = await runForDocument("doctor", "--python", "/nowhere/python");
  expect([exitCode, document.error.code]).toEqual([1, "PYTHON_NOT_FOUND"]);
  expect(document.error.fix).toContain("npx @semblance/semblance setup-python");
});
