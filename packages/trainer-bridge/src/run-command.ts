import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A program to run. */
export interface Command {
  readonly program: string;
  readonly parameters: readonly string[];
}

/** How to run a {@link Command}. */
export interface RunCommandOptions extends Command {
  readonly environment?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
}

/** How a program ended. */
export interface CommandOutcome {
  /** `null` when it could not be started or was ended by a signal. */
  readonly exitCode: number | null;
  /** The last lines of its output and its errors, in order. */
  readonly log: string;
}

const loggedLines = 60;

/**
 * Runs a program to its end and keeps the last lines it wrote. A program that fails, or that is not
 * there, is an outcome, not an error.
 *
 * @throws the signal's reason when aborted; the program is ended first.
 */
export async function runCommand(options: RunCommandOptions): Promise<CommandOutcome> {
  const { program, parameters, environment = process.env, signal, onLine } = options;
  signal?.throwIfAborted();
  const child = spawn(program, parameters, {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      if (lines.length > loggedLines) lines.shift();
      onLine?.(line);
    });
  }
  const end = () => child.kill();
  signal?.addEventListener("abort", end, { once: true });
  const exitCode = await new Promise<number | null>((resolve) => {
    child.once("close", resolve);
    child.once("error", (error) => {
      lines.push(error.message);
      resolve(null);
    });
  });
  signal?.removeEventListener("abort", end);
  signal?.throwIfAborted();
  return { exitCode, log: lines.join("\n") };
}
