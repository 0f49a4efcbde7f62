import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand, runForDocument } from "../../../fixtures/command-run.ts";
import { temporaryFolder } from "../../../fixtures/temporary-folder.ts";
import { folderWithPairs, imageBytes, pairs, tinyModel } from "../../../fixtures/tiny-model.ts";

const evaluate = (folder: string, ...more: string[]) =>
  runForDocument("eval", "-m", tinyModel, "-d", join(folder, "pairs.csv"), ...more);

test("a model folder is evaluated on photos and captions", async () => {
  const { exitCode, document } = await evaluate(folderWithPairs());
  expect(exitCode).toBe(0);
  expect(document.dataset).toMatchObject({ images: 4, texts: 4, pairs: 4 });
  expect(document.model).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{64}$/),
    name: "tiny-clip",
    dtype: "fp32",
    sha256: "0".repeat(64),
  });
  expect(document.metrics["t2i.hit@5"]?.value).toBe(1);
});

test("--base-folder is what relative paths start from", async () => {
  const table = join(temporaryFolder({ "pairs.csv": pairs() }), "pairs.csv");
  const parameters = ["eval", "-m", tinyModel, "-d", table, "--base-folder", folderWithPairs()];
  const { exitCode, document } = await runForDocument(...parameters);
  expect([exitCode, document.dataset.images]).toEqual([0, 4]);
});

test("a missing photo is one listed failure; the rest is evaluated", async () => {
  const folder = folderWithPairs({ "pairs.csv": pairs("missing.jpg,gone") });
  const { exitCode, document, stderr } = await evaluate(folder);
  expect(exitCode).toBe(0);
  expect(document.failures).toMatchObject([{ code: "IMAGE_NOT_FOUND", index: 4 }]);
  expect(document.failures[0]?.input).toContain("missing.jpg");
  expect(document.dataset.images).toBe(4);
  expect(stderr).toContain("1 item was left out:\n  There is no image at");
});

test("a truncated JPEG is one listed failure", async () => {
  const cut = imageBytes("rgb.jpg").subarray(0, 600);
  const folder = folderWithPairs({ "pairs.csv": pairs("cut.jpg,cut"), "cut.jpg": cut });
  const { exitCode, document } = await evaluate(folder);
  expect(exitCode).toBe(0);
  expect(document.failures).toMatchObject([{ code: "IMAGE_UNREADABLE" }]);
});

test("many failures are counted on stderr, and all in the document", async () => {
  const rows = Array.from({ length: 8 }, (_, i) => `missing-${i}.jpg,gone ${i}`);
  const { document, stderr } = await evaluate(folderWithPairs({ "pairs.csv": pairs(...rows) }));
  expect(document.failures).toHaveLength(8);
  expect(stderr).toContain("8 items were left out:");
  expect(stderr).toContain("and 3 more; --json lists them all");
});

test("when no photo can be read there is nothing to evaluate: exit code 1", async () => {
  const folder = folderWithPairs({ "pairs.csv": "image,caption\nmissing.jpg,gone\n" });
  const { exitCode, document } = await evaluate(folder);
  expect([exitCode, document.error.code]).toEqual([1, "NOTHING_TO_EVALUATE"]);
  expect(document.error.message).toContain("missing.jpg");
  expect(document.error.fix).toContain("--base-folder");
});

test("a precision that the model has not is one error", async () => {
  const { exitCode, document } = await evaluate(folderWithPairs(), "--dtype", "fp16");
  expect(exitCode).toBe(1);
  expect(document.error.code).toMatch(/^MODEL_/);
});

test.each([
  [{}, "NOT_A_MODEL"],
  [{ "job/job.json": "{}" }, "RUN_INCOMPLETE"],
])("a folder with %j is no model that can be evaluated", async (files, code) => {
  const folder = temporaryFolder(files);
  const data = join(folderWithPairs(), "pairs.csv");
  const { exitCode, document } = await runForDocument("eval", "-m", folder, "-d", data);
  expect([exitCode, document.error.code]).toEqual([1, code]);
});

test("an unknown model is one error that says what can be given, without a trace", async () => {
  const data = join(folderWithPairs(), "pairs.csv");
  const { exitCode, stdout, stderr } = await runCommand("eval", "-m", "no-model", "-d", data);
  expect([exitCode, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(
    /^Error: There is no folder no-model\.\nGive a folder with ONNX towers.*\n$/,
  );
});

test("a checkpoint without Python says how to get it, or where to look", async () => {
  const folder = temporaryFolder({ "config.json": "{}", "model.safetensors": "" });
  const data = join(folderWithPairs(), "pairs.csv");
  const python = ["--python", join(folder, "no-python")];
  const { exitCode, document } = await runForDocument("eval", "-m", folder, "-d", data, ...python);
  expect([exitCode, document.error.code]).toEqual([1, "PYTHON_NOT_FOUND"]);
  expect(document.error.fix).toContain("setup-python");
  rmSync(folder, { recursive: true });
});
