import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const command = resolve(import.meta.dirname, "../../bin/semblance.js");
const full = "/dev/full"; // Linux: writing there fails as on a disk without room

test.runIf(existsSync(full))("an output that cannot be written is one line, no trace", () => {
  const stdout = openSync(full, "w");
  const run = spawnSync(process.execPath, [command, "--version"], {
    stdio: ["ignore", stdout, "pipe"],
    encoding: "utf8",
  });
  closeSync(stdout);
  expect(run.status).toBe(1);
  expect(run.stderr).toMatch(/^Error: The output cannot be written: ENOSPC.*\n$/);
});
