import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { plainPython } from "../fixtures/scripted-fit.ts";
import { doctorPython } from "./doctor-python.ts";

test("a Python without the packages is told what is missing and which command adds it", async () => {
  const folder = join(mkdtempSync(join(tmpdir(), "bare ")), "python");
  execFileSync(plainPython, ["-m", "venv", "--without-pip", folder]);
  const report = await doctorPython({ python: join(folder, "bin", "python") });
  expect(report).toMatchObject({ ok: false, outdated: [], packages: { torch: null } });
  expect(report.missing).toEqual(expect.arrayContaining(["onnxscript", "peft"]));
  expect(report.fix).toMatch(/python" -m pip install .*"onnxscript>=0\.6\.2"/);
});
