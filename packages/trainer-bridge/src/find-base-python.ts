import { probePython } from "./probe-python.ts";
import { pythonNotFound } from "./trainer-failure.ts";

const commands = [
  "python3",
  "python",
  "python3.14",
  "python3.13",
  "python3.12",
  "python3.11",
  "python3.10",
];

/**
 * The interpreter to build an environment on: the one named, else the first on the `PATH` that is
 * new enough.
 *
 * @throws {@link TrainerError} `PYTHON_NOT_FOUND`
 */
export async function findBasePython(python?: string): Promise<string> {
  if (python !== undefined) return (await probePython(python)).executable;
  for (const command of commands) {
    const probed = await probePython(command).catch(() => undefined);
    if (probed !== undefined) return probed.executable;
  }
  throw pythonNotFound(
    "No Python of version 3.10 or newer is installed; install one (or uv, which brings its own), then try again.",
  );
}
