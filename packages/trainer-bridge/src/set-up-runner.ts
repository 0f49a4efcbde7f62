import { type Progress, TrainerError } from "@semblance/core";
import { type Command, type CommandOutcome, runCommand } from "./run-command.ts";

/** How far a set-up has come, in steps. */
export interface SetUpProgress extends Progress {
  /** What is being fetched or installed just now, as pip or uv names it. */
  readonly detail?: string;
}

/** A command of a set-up; `environment` adds to the variables it inherits. */
interface SetUpCommand extends Command {
  readonly environment?: Readonly<Record<string, string>>;
}

/** The same thing to install from one place after another, until one has it. */
interface Attempts {
  readonly stage: string;
  readonly commands: readonly SetUpCommand[];
  readonly isNotFound: (log: string) => boolean;
}

/** Runs the steps of a set-up and reports them. */
export interface SetUpRunner {
  tell(stage: string): void;
  /** Returns the end of the log. @throws {@link TrainerError} `SETUP_FAILED` */
  run(stage: string, command: SetUpCommand): Promise<string>;
  runUntilFound(attempts: Attempts): Promise<string>;
}

/** What {@link createSetUpRunner} needs. */
export interface SetUpRunnerOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SetUpProgress) => void;
}

// They would send packages elsewhere, or make pip refuse what has no hash.
const disturbing = [
  ...["PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV", "PIP_REQUIRE_HASHES"],
  ...["UV_REQUIRE_HASHES", "UV_TARGET", "UV_PREFIX", "UV_SYSTEM_PYTHON", "UV_PYTHON"],
  ...["PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "CONDA_PREFIX"],
];

/** A runner for one set-up; it counts the steps. */
export function createSetUpRunner(options: SetUpRunnerOptions): SetUpRunner {
  let done = -1;

  async function attempt(stage: string, command: SetUpCommand): Promise<CommandOutcome> {
    return await runCommand({
      ...command,
      environment: { ...cleanEnvironment(), ...command.environment },
      ...(options.signal ? { signal: options.signal } : {}),
      onLine: (line) => {
        const detail = packageIn(line);
        if (detail !== undefined) options.onProgress?.({ stage, done, unit: "steps", detail });
      },
    });
  }

  function tell(stage: string): void {
    options.onProgress?.({ stage, done: Math.max(done, 0), unit: "steps" });
  }

  async function runUntilFound({ stage, commands, isNotFound }: Attempts): Promise<string> {
    done += 1;
    tell(stage);
    let log = "";
    for (const command of commands) {
      const outcome = await attempt(stage, command);
      log += outcome.log;
      if (outcome.exitCode === 0) return outcome.log;
      if (!isNotFound(outcome.log)) break;
    }
    throw setUpFailed(stage, log);
  }

  return {
    tell,
    run: (stage, command) => runUntilFound({ stage, commands: [command], isNotFound: () => false }),
    runUntilFound,
  };
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env);
  return Object.fromEntries(entries.filter(([name]) => !disturbing.includes(name)));
}

/** What a line of pip's or uv's says is being fetched or installed, with its size, if it does. */
export function packageIn(line: string): string | undefined {
  const found = /^\s*(?:Collecting|Downloading|Using cached|Processing|\+)\s+(\S.*)$/.exec(
    line,
  )?.[1];
  if (found === undefined) return undefined;
  const name = found.replace(/ \(.*$/, "").replace(/^.*[\\/]/, "");
  const size = / \([\d.]+ ?[kKMG]i?B\)/.exec(found);
  return `${name}${size?.[0] ?? ""}`;
}

const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /ensurepip is not available|No module named '?(?:venv|ensurepip|pip)/,
    "Install your system's venv package (Debian, Ubuntu: apt install python3-venv), or install uv.",
  ],
  [
    /No space left on device/i,
    "Free some space: the environment takes 1.3 GB (with CUDA about 6 GB), the download as much again.",
  ],
  [
    /No matching distribution found|No solution found|not a supported wheel/,
    "There is no build for this Python or this machine: name another interpreter with --python, or another --torch; a folder of wheels must hold them all.",
  ],
  [
    /DO NOT MATCH THE HASHES|Hash mismatch/i,
    "A package is not the one that was locked: try again; with a mirror, ask who keeps it.",
  ],
];

function setUpFailed(stage: string, log: string): TrainerError {
  const remedy = remedies.find(([pattern]) => pattern.test(log));
  return new TrainerError({
    code: "SETUP_FAILED",
    message: `Setting up Python failed while ${stage}.`,
    fix: remedy?.[1] ?? "Read the end of the log; look whether the network is up, then try again.",
    python: { log },
  });
}
