import { resolve } from "node:path";
import {
  completeEnvironments,
  defaultDataFolder,
  environmentFolder,
  readLocks,
} from "./python-environment.ts";
import { type SetUpPythonResult, setUpEnvironment } from "./set-up-environment.ts";
import type { SetUpProgress } from "./set-up-runner.ts";
import { chooseTorch } from "./torch-requirement.ts";

/** How to make the Python environment. */
export interface SetUpPythonOptions {
  /**
   * Which PyTorch: `"cpu"`, `"cuda"`, a version (`"2.12.1"`), or `"auto"`: whatever was set up
   * before, else CUDA where an NVIDIA GPU answers, else the CPU. @defaultValue `"auto"`
   */
  readonly torch?: string;
  /** Whether to add the tools that check the Python package: pytest, ruff, mypy. @defaultValue `false` */
  readonly dev?: boolean;
  /** The interpreter to build on. @defaultValue uv's choice, else the first of 3.10 or newer on the `PATH` */
  readonly python?: string;
  /** A folder of wheels: everything comes from there, and the network is not used. */
  readonly wheels?: string;
  /** Where environments live. @defaultValue `semblance` in the user's data folder */
  readonly dataFolder?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SetUpProgress) => void;
}

/**
 * Makes the Python environment for training and export, once per user: PyTorch, then everything
 * else from a lock with hashes. Returns at once when it stands; an interrupted set-up is done anew;
 * of two at the same time one works and the other waits.
 *
 * uv does the work where it is installed, else `venv` and pip. Both look where pip is configured to
 * (mirror, wheel folder); only when the CPU build of PyTorch is not there, PyTorch's own index is
 * asked. With `wheels` everything comes from that folder, offline.
 *
 * @throws {@link TrainerError} `PYTHON_NOT_FOUND` when no Python of 3.10 or newer is there;
 * `SETUP_FAILED` with the end of the log. The signal's reason when aborted.
 */
export async function setUpPython(options: SetUpPythonOptions = {}): Promise<SetUpPythonResult> {
  const dataFolder = resolve(options.dataFolder ?? defaultDataFolder());
  const locks = readLocks();
  const choice = options.torch ?? "auto";
  const [newest] = choice === "auto" ? completeEnvironments(dataFolder) : [];
  const torch =
    newest === undefined ? await chooseTorch(choice) : { requirement: newest.record.torch };
  const folder = newest?.folder ?? environmentFolder(dataFolder, locks.lock, torch.requirement);
  const wheels = options.wheels === undefined ? {} : { wheels: resolve(options.wheels) };
  const plan = { ...options, ...wheels, dev: options.dev ?? false, folder, locks, torch };
  return await setUpEnvironment(plan);
}
