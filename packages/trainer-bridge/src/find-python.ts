import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { completeEnvironments } from "./python-environment.ts";
import { pythonNotFound } from "./trainer-failure.ts";

/** Where to look for Python. */
export interface FindPythonOptions {
  /** An interpreter of your own: a path, or a command. */
  readonly python?: string;
  /** Where `setUpPython` made its environment. @defaultValue the user's data folder */
  readonly dataFolder?: string;
}

/**
 * Names the interpreter to use: the option, else `SEMBLANCE_PYTHON`, else the environment that
 * `setUpPython` made for this version of the package. Neither an active virtual environment nor the
 * working folder is looked at.
 *
 * @throws {@link TrainerError} `PYTHON_NOT_FOUND`
 */
export function findPython(options: FindPythonOptions = {}): string {
  if (options.python !== undefined) return existing(options.python, "the option python");
  const named = process.env.SEMBLANCE_PYTHON;
  if (named) return existing(named, "SEMBLANCE_PYTHON");
  const [newest] = completeEnvironments(options.dataFolder);
  if (newest !== undefined) return newest.python;
  throw pythonNotFound("No Python environment for training and export was found.");
}

// A virtual environment's interpreter is a link: followed to its end, it would lose its packages.
function existing(python: string, source: string): string {
  if (!/[\\/]/.test(python)) return python;
  const path = resolve(python);
  if (existsSync(path) && statSync(path).isFile()) return path;
  throw pythonNotFound(`There is no Python interpreter at ${path}, which ${source} names.`);
}
