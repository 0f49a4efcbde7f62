import { findBasePython } from "./find-base-python.ts";
import { interpreterIn } from "./python-environment.ts";
import { type Command, runCommand } from "./run-command.ts";
import { uvSourcesFromPip } from "./uv-sources.ts";

/** What makes virtual environments and fills them. */
export interface Installer {
  readonly name: "uv" | "pip";
  create(folder: string): Command;
  /** Installs wheels alone: nothing is compiled, no package's code is run. */
  install(folder: string, parameters: readonly string[]): Command;
  /** Whether a failed install's log says that there is no such version. */
  isNotFound(log: string): boolean;
}

/** What decides who installs, and from where. */
export interface InstallerOptions {
  readonly python?: string;
  /** A folder of wheels that everything comes from, offline. */
  readonly wheels?: string;
}

/** Takes uv when it is there, else Python's own venv and pip. @throws {@link TrainerError} `PYTHON_NOT_FOUND` */
export async function chooseInstaller({ python, wheels }: InstallerOptions): Promise<Installer> {
  const offline = wheels === undefined ? undefined : ["--no-index", "--find-links", wheels];
  const uv = await runCommand({ program: "uv", parameters: ["--version"] });
  if (uv.exitCode === 0) return createUvInstaller(python, offline ?? (await uvSourcesFromPip()));
  return createPipInstaller(await findBasePython(python), offline ?? []);
}

const wheelsOnly = ["--only-binary", ":all:"];

// The newest Python is left out: PyTorch follows it with months of delay.
const supportedPythons = ">=3.10,<3.15";

function createUvInstaller(
  python: string = supportedPythons,
  sources: readonly string[],
): Installer {
  return {
    name: "uv",
    create: (folder) => ({
      program: "uv",
      parameters: ["venv", "--python", python, folder],
    }),
    install: (folder, parameters) => ({
      program: "uv",
      parameters: [
        ...["pip", "install", "--no-progress", "--python", interpreterIn(folder)],
        ...wheelsOnly,
        ...sources,
        ...parameters,
      ],
    }),
    isNotFound: (log) => /No solution found|no version of/i.test(log),
  };
}

function createPipInstaller(python: string, sources: readonly string[]): Installer {
  return {
    name: "pip",
    create: (folder) => ({ program: python, parameters: ["-m", "venv", folder] }),
    install: (folder, parameters) => ({
      program: interpreterIn(folder),
      parameters: [
        ...["-m", "pip", "install", "--no-input", "--disable-pip-version-check"],
        ...["--progress-bar", "off", ...wheelsOnly, ...sources, ...parameters],
      ],
    }),
    isNotFound: (log) => /No matching distribution found/i.test(log),
  };
}
