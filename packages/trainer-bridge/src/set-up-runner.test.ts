import { expect, test } from "vitest";
import { createSetUpRunner, packageIn } from "./set-up-runner.ts";

test.each([
  ["Collecting numpy==2.4.6 (from -r requirements.lock (line 1))", "numpy==2.4.6"],
  ["  Downloading numpy-2.4.6-cp311.whl (16.8 MB)", "numpy-2.4.6-cp311.whl (16.8 MB)"],
  ["Processing /wheel folder/torch-2.13.0+cpu-cp311.whl", "torch-2.13.0+cpu-cp311.whl"],
  ["Downloading torch (182.9MiB)", "torch (182.9MiB)"],
  [" + numpy==2.4.6", "numpy==2.4.6"],
  ["Looking in links: /wheels", undefined],
])("%o says that %o is being installed", (line, expected) => {
  expect(packageIn(line)).toBe(expected);
});

const print = (text: string, exitCode: number) => ({
  program: process.execPath,
  parameters: ["-e", `console.log(${JSON.stringify(text)}); process.exit(${exitCode})`],
});

test.each([
  ["No module named ensurepip", "python3-venv"],
  ["OSError: [Errno 28] No space left on device", "1.3 GB"],
  ["ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "locked"],
  ["something else", "network"],
])("%o comes with what to do about it", async (log, remedy) => {
  await expect(createSetUpRunner({}).run("testing", print(log, 1))).rejects.toMatchObject({
    code: "SETUP_FAILED",
    fix: expect.stringContaining(remedy),
    python: { log },
  });
});

test("the next place is asked only when this one does not have it", async () => {
  const attempts = (first: string) => ({
    stage: "testing",
    commands: [print(first, 1), print("there it is", 0)],
    isNotFound: (log: string) => log.includes("not here"),
  });
  const runner = createSetUpRunner({});
  expect(await runner.runUntilFound(attempts("not here"))).toBe("there it is");
  await expect(runner.runUntilFound(attempts("disk broken"))).rejects.toMatchObject({
    code: "SETUP_FAILED",
  });
});

test("a variable that would send packages elsewhere does not reach the installer", async () => {
  process.env.PIP_TARGET = "/elsewhere";
  const show = { program: process.execPath, parameters: ["-p", "process.env.PIP_TARGET"] };
  expect(await createSetUpRunner({}).run("testing", show)).toBe("undefined");
  delete process.env.PIP_TARGET;
});
