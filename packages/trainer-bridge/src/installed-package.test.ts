import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { plainPython } from "../fixtures/scripted-fit.ts";

const packageRoot = fileURLToPath(new URL("..", import.meta.url));
const modules = fileURLToPath(new URL("../../../node_modules", import.meta.url));

const program = `
import { doctorPython } from "./trainer-bridge/src/index.ts";
console.log((await doctorPython({ python: process.argv[2] })).executable);
`;

test("it works where npm put it, in a folder with a space in its name", () => {
  const folder = mkdtempSync(join(tmpdir(), "my project "));
  symlinkSync(modules, join(folder, "node_modules"));
  mkdirSync(join(folder, "trainer-bridge"));
  for (const part of ["package.json", "src", "python/src"]) {
    cpSync(join(packageRoot, part), join(folder, "trainer-bridge", part), { recursive: true });
  }
  writeFileSync(join(folder, "program.mts"), program);
  const parameters = ["--conditions=@semblance/source", join(folder, "program.mts"), plainPython];
  const answer = execFileSync(process.execPath, parameters, { encoding: "utf8", cwd: folder });
  expect(answer.trim()).toBe(plainPython);
});
