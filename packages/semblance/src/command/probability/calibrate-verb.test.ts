import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { runCommand, runForDocument } from "../../../fixtures/command-run.ts";
import { writeMatchingPairs } from "../../../fixtures/matching-pairs.ts";
import { tinyModel } from "../../../fixtures/tiny-model.ts";

let folder: string;
let model: string;
let pairs: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "semblance calibrate "));
  pairs = join(folder, "pairs.csv");
  model = join(folder, "model");
  await writeMatchingPairs(folder);
});
beforeEach(() => {
  rmSync(model, { recursive: true, force: true });
  cpSync(tinyModel, model, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

const calibrate = (...more: string[]) =>
  runForDocument("calibrate", "-m", model, "-d", pairs, ...more);
const manifestOf = (path: string) => JSON.parse(readFileSync(join(path, "semblance.json"), "utf8"));

test("a calibration is written into the model's folder, and predict uses it", async () => {
  const before = manifestOf(model);
  const { exitCode, document } = await calibrate();
  expect([exitCode, document.schema, document.failures]).toEqual([0, 1, []]);
  const after = manifestOf(model);
  expect(after).toEqual({ ...before, calibration: document.calibration });
  expect(after.calibration).toMatchObject({
    schema: 1,
    model: { dtype: "fp32" },
    data: { name: "pairs", images: 16, texts: 16, pairs: 16 },
  });
  const { document: found } = await runForDocument("predict", "-m", model, "-d", pairs, "--proba");
  expect(found).toMatchObject({ calibrated: true, prior: 1 / 16, warnings: [] });
});

test("--target is where predict's threshold lies, and --prior what probabilities hold for", async () => {
  const { document } = await calibrate("--prior", "0.5", "--target", "recall=0.5");
  const { prior, thresholds } = document.calibration.calibration;
  expect(prior).toBe(0.5);
  const { document: found } = await runForDocument("predict", "-m", model, "-d", pairs);
  expect(found.prior).toBe(0.5);
  const threshold = thresholds?.[0]?.threshold ?? 9;
  for (const { match, score } of found.predictions) expect(match).toBe(Number(score >= threshold));
});

test("another precision than the one calibrated is told, and predicts without", async () => {
  await calibrate();
  const path = join(model, "semblance.json");
  const manifest = manifestOf(model);
  const text = manifest.calibration.model.text.replace(/^./, (digit: string) =>
    digit === "0" ? "1" : "0",
  );
  manifest.calibration.model = { ...manifest.calibration.model, text };
  writeFileSync(path, JSON.stringify(manifest));
  const { document, stderr } = await runForDocument("predict", "-m", model, "-d", pairs);
  expect(document).toMatchObject({ calibrated: false, warnings: [{ code: "CALIBRATION_STALE" }] });
  expect(stderr).toContain("semblance calibrate");
});

test("-o writes a calibrated copy and leaves the model as it was", async () => {
  const output = join(folder, "copy");
  const before = manifestOf(model);
  const { document } = await calibrate("-o", output);
  expect(document.model).toBe(output);
  expect(manifestOf(model)).toEqual(before);
  expect(manifestOf(output).calibration).toEqual(document.calibration);
});

test("-o does not write a model among other files, nor over another model", async () => {
  const output = join(folder, "mine");
  mkdirSync(output);
  writeFileSync(join(output, "README.md"), "mine");
  const { exitCode, document } = await calibrate("-o", output);
  expect([exitCode, document.error.code]).toEqual([1, "OUTPUT_OCCUPIED"]);
  expect(document.error.message).toContain("README.md");
  expect(readdirSync(output)).toEqual(["README.md"]);
  expect((await calibrate("-o", model)).exitCode).toBe(0);
});

test("a snapshot of the hub is not written into: the message says how to get a copy", async () => {
  renameSync(join(model, "config.json"), join(model, "blob"));
  symlinkSync("blob", join(model, "config.json"));
  const before = manifestOf(model);
  const { exitCode, document } = await calibrate();
  expect([exitCode, document.error.code]).toEqual([1, "MODEL_IN_CACHE"]);
  expect(document.error.fix).toContain("-o FOLDER");
  expect(manifestOf(model)).toEqual(before);
});

test("a folder of others gets a semblance.json that opens the same towers", async () => {
  rmSync(join(model, "semblance.json"));
  const before = await runForDocument("predict", "-m", model, "-d", pairs);
  await calibrate();
  const after = await runForDocument("predict", "-m", model, "-d", pairs);
  expect(after.document).toMatchObject({ calibrated: true, warnings: [] });
  const scoresOf = ({ document }: typeof after) => document.predictions.map(({ score }) => score);
  expect(scoresOf(after)).toEqual(scoresOf(before));
});

test("for people it says on what, how well, and where it lies", async () => {
  const { stdout } = await runCommand("calibrate", "-m", model, "-d", pairs, "--target", "f1=max");
  expect(stdout).toContain("16 images, 16 texts\n16 matches and 240 other pairs (all-pairs)");
  expect(stdout).toMatch(/brier +0\.\d{4} \[0\.\d{4}, 0\.\d{4}\] +0\.\d{4}/);
  expect(stdout).toMatch(/A match from a similarity of \d\.\d{4} on \(f1 max\): precision/);
  expect(stdout).toContain(`Stored in ${model}`);
});

test("for people no line is wider than 80 columns, but where a path is", async () => {
  const { stdout } = await runCommand("calibrate", "-m", model, "-d", pairs, "--target", "f1=max");
  const lines = stdout.split("\n").filter((line) => !line.includes(folder));
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test("a target that so few pairs cannot show is refused, and the model stays as it was", async () => {
  const before = manifestOf(model);
  const { exitCode, document } = await calibrate("--target", "precision=0.99");
  expect([exitCode, document.error.code]).toEqual([1, "TARGET_NOT_SUPPORTED"]);
  expect(manifestOf(model)).toEqual(before);
});

test.each([
  ["--target", "precision"],
  ["--target", "accuracy=0.9"],
  ["--prior", "1"],
  ["--negatives", "some"],
])("%s %s is no command line", async (...parameters) => {
  const { exitCode, document } = await calibrate(...parameters);
  expect([exitCode, document.error.code]).toEqual([2, "USAGE"]);
});
