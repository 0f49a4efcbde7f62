import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { recordFigures } from "#figures";
import { findBasePython } from "./find-base-python.ts";
import { chooseInstaller } from "./installer.ts";
import { pythonFolder } from "./package-folder.ts";
import { interpreterIn } from "./python-environment.ts";
import { type Command, runCommand } from "./run-command.ts";

const folder = mkdtempSync(join(tmpdir(), "semblance-python-versions-"));
const oldestPython = "python3.10";
let requirements: string[];

beforeAll(() => {
  const project = readFileSync(join(pythonFolder, "pyproject.toml"), "utf8");
  const [, list = ""] = /^dependencies = \[([^\]]*)\]/m.exec(project) ?? [];
  requirements = [...list.matchAll(/"([^"]+)"/g)].map(([, requirement = ""]) => requirement);
  return () => rmSync(folder, { recursive: true });
});

async function succeed(command: Command): Promise<string> {
  const environment = { ...process.env, PYTHONPATH: undefined };
  const { exitCode, log } = await runCommand({ ...command, environment });
  expect(exitCode, log).toBe(0);
  return log;
}

/** The last line of pytest in an environment with these requirements. */
async function testWith(python: string, name: string, wanted: readonly string[]): Promise<string> {
  const environment = join(folder, name);
  const installer = await chooseInstaller({ python });
  await succeed(installer.create(environment));
  await succeed(installer.install(environment, [...wanted, "pytest>=8", "hypothesis"]));
  const log = await succeed({
    program: interpreterIn(environment),
    parameters: ["-m", "pytest", "-p", "no:cacheprovider", pythonFolder],
  });
  return log.trim().split("\n").at(-1) ?? "";
}

test("the oldest versions that pyproject.toml names pass the Python tests", async (context) => {
  const python = await findBasePython(oldestPython).catch(() => undefined);
  if (python === undefined) return context.skip(`there is no ${oldestPython}`);
  const oldest = requirements.map((requirement) => {
    const [, name, version] = /^([a-z]+)>=([\d.]+)/.exec(requirement) ?? [];
    return `${name}==${version}`;
  });
  expect(oldest).toContain("torch==2.8");
  const passed = await testWith(python, "oldest", oldest);
  recordFigures(context, { python: oldestPython, requirements: oldest.join(" "), passed });
}, 7_200_000);

test("the newest versions that are to be had pass the Python tests", async (context) => {
  const passed = await testWith(await findBasePython(), "newest", requirements);
  recordFigures(context, { requirements: requirements.join(" "), passed });
}, 7_200_000);
