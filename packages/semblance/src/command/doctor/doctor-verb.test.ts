import { expect, test } from "vitest";
import { runCommand } from "../../../fixtures/command-run.ts";
import { hasPython } from "../../../fixtures/python.ts";

test.skipIf(!hasPython)("doctor lists the packages, and says that training can run", async () => {
  const { exitCode, stdout } = await runCommand("doctor", "--python");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^Python 3\.\d+\.\d+ at /);
  expect(stdout).toMatch(/^torch +\d/m);
  expect(stdout).toContain("Training and export can run.");
});
