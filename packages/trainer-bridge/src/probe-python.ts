import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { pythonNotFound } from "./trainer-failure.ts";

const oldestPython = [3, 10] as const;

/** An interpreter that answered. */
export interface ProbedPython {
  /** As it names itself: an absolute path. */
  readonly executable: string;
  /** `"3.12.4"` */
  readonly version: string;
}

const question = "import sys; print('%d.%d.%d' % sys.version_info[:3]); print(sys.executable)";
const patienceMs = 30_000;

/**
 * Runs the interpreter and asks what it is.
 *
 * @throws {@link TrainerError} `PYTHON_NOT_FOUND` when it cannot be run or is older than 3.10.
 */
export async function probePython(python: string): Promise<ProbedPython> {
  const [version = "", executable = ""] = (await answerOf(python)).split(/\r?\n/);
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = oldestPython;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) {
    return { executable, version };
  }
  throw pythonNotFound(
    `${python} is Python ${version}; expected ${oldestPython.join(".")} or newer.`,
  );
}

async function answerOf(python: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(python, ["-c", question], { timeout: patienceMs });
    return stdout;
  } catch (error) {
    throw pythonNotFound(`${python} is not a Python that runs.`, error);
  }
}
