import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand, runForDocument } from "../../fixtures/command-run.ts";
import { folderWithPairs, pairs, tinyModel } from "../../fixtures/tiny-model.ts";

const { version } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
);

const verbs = [
  ...["eval", "compare", "verify", "train", "attach", "calibrate", "predict"],
  ...["embed", "export", "doctor", "setup-python"],
];

test("--version is the package's, --help lists the verbs; both are no errors", async () => {
  expect(await runCommand("--version")).toEqual({
    exitCode: 0,
    stdout: `${version}\n`,
    stderr: "",
  });
  const { exitCode, stdout } = await runCommand("--help");
  expect(exitCode).toBe(0);
  for (const verb of verbs) expect(stdout).toContain(`  ${verb} `);
});

test.each(verbs)("%s --help lists what every verb has", async (verb) => {
  const { exitCode, stdout } = await runCommand(verb, "--help");
  expect(exitCode).toBe(0);
  for (const option of ["--json", "--quiet", "--verbose", "--seed"]) {
    expect(stdout).toContain(option);
  }
});

test.each([
  [[], "Usage: semblance"],
  [["evla"], "Did you mean eval?"],
  [["eval"], "--data"],
  [["eval", "-d", "pairs.csv"], "give --model, or both"],
  [["eval", "-d", "pairs.csv", "--image-embeddings", "a.npy"], "give --model, or both"],
  [
    ["eval", "-d", "pairs.csv", "-m", "clip", "--text-embeddings", "a.npy"],
    "give --model, or both",
  ],
  [["eval", "-d", "pairs.csv", "-m", "clip", "more.csv"], "too many arguments"],
  [["eval", "-d", "pairs.csv", "-m", "clip", "--device", "tpu"], "one of cpu, cuda, coreml"],
  [["eval", "-d", "pairs.csv", "-m", "model", "--k", "0"], "positive whole number"],
  [["eval", "-d", "pairs.csv", "-m", "model", "--dtype", "int4"], "fp32, fp16, int8 or auto"],
  [["eval", "-d", "pairs.csv", "-m", "model", "--seed", "-1"], "whole number from 0"],
  [["embed", "-m", "model", "-o", "out"], "give one of --data, --images and --texts"],
  [["train", "-m", "model", "-d", "a.csv", "-o", "run", "--time-limit", "soon"], "180s, 3m or 1h"],
  [["train", "-m", "model", "-d", "a.csv", "-o", "run", "--device", "tpu"], "cpu, cuda or mps"],
  [["export", "model", "-o", "out", "--dtype", "fp16,int4"], "fp32, fp16 and int8"],
  [["doctor"], "--python"],
])("semblance %j cannot be understood: exit code 2", async (parameters, message) => {
  const { exitCode, stdout, stderr } = await runCommand(...parameters);
  expect(exitCode).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain(message);
});

test("with --json a command line that cannot be understood is a document too", async () => {
  const { exitCode, document } = await runForDocument("eval", "--no-such-option");
  expect(exitCode).toBe(2);
  expect(document).toMatchObject({ schema: 1, failures: [], error: { code: "USAGE" } });
});

test("what data hold cannot steer the terminal: results, items left out and errors", async () => {
  const name = "\u001b[2Jlost\u0007.jpg";
  const folder = folderWithPairs({
    "pairs.csv": pairs(`${name},\u009b2Jcaption`),
    "lost.csv": `image,caption\n${name},caption\n`,
  });
  const command = ["predict", "-m", tinyModel, "-d"];
  const some = await runCommand(...command, join(folder, "pairs.csv"));
  const none = await runCommand(...command, join(folder, "lost.csv"));
  expect(some.stderr).toContain("[2Jlost .jpg");
  expect(none.stderr).toContain("[2Jlost .jpg");
  for (const text of [some.stdout, some.stderr, none.stderr]) {
    expect(text.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
  }
});
