import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../fixtures/temporary-folder.ts";
import { requireRoomForRun } from "./run-folder.ts";

const model = "scratch:tiny";
const finished = { "semblance.json": "{}", "model.safetensors": "", "job/state.json": "{}" };
const unfinished = { "job/state.json": "{}", "job/last.safetensors": "" };

test.each([
  [{}, "an empty folder"],
  [{ "notes.txt": "mine" }, "a folder with other files"],
  [{ "job/job.json": "{}", "job/worker.log": "" }, "a run that failed before its first step"],
])("a run can begin over %j: %s", async (files, _) => {
  await expect(
    requireRoomForRun({ model, output: temporaryFolder(files) }),
  ).resolves.toBeUndefined();
});

test("a run can begin in a folder that is not there yet", async () => {
  const output = join(temporaryFolder(), "new/run");
  await expect(requireRoomForRun({ model, output })).resolves.toBeUndefined();
});

test.each([
  [finished, "a finished run"],
  [unfinished, "a run that has not finished"],
])("%j is %s, and kept unless told otherwise", async (files, what) => {
  const output = temporaryFolder(files);
  const error = await requireRoomForRun({ model, output }).catch((reason) => reason);
  expect(error.code).toBe("RUN_EXISTS");
  expect(error.message).toContain(what);
  await expect(requireRoomForRun({ model, output, resume: true })).resolves.toBeUndefined();
  await expect(requireRoomForRun({ model, output, overwrite: true })).resolves.toBeUndefined();
});

test("a folder that is no run keeps its model and its README, whatever is told", async () => {
  const output = temporaryFolder({ "README.md": "my project" });
  await expect(requireRoomForRun({ model, output, overwrite: true })).rejects.toMatchObject({
    code: "OUTPUT_OCCUPIED",
    fix: `Give a folder of its own: -o '${join(output, "run")}'`,
  });
});

test("a run cannot replace what it starts from", async () => {
  const output = temporaryFolder(finished);
  const options = { model: join(output, "../", basename(output)), output, overwrite: true };
  await expect(requireRoomForRun(options)).rejects.toThrow("holds the start, which");
});
