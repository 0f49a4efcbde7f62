import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { TrainerError } from "@semblance/core";
import { probePython } from "./probe-python.ts";
import { openPythonBridge, type PythonBridge, type PythonBridgeOptions } from "./python-bridge.ts";

/**
 * Opens a bridge that can start workers.
 *
 * @throws {@link TrainerError} `PLATFORM_UNSUPPORTED` on Windows, `PYTHON_NOT_FOUND` when the
 * interpreter cannot be used.
 */
export async function openWorkerBridge(options: PythonBridgeOptions): Promise<PythonBridge> {
  if (process.platform === "win32") {
    throw new TrainerError({
      code: "PLATFORM_UNSUPPORTED",
      message: "Training and export run on Linux and macOS; this is Windows.",
      fix: "Run the same command in the Windows Subsystem for Linux, then use the model here.",
    });
  }
  await probePython(options.python); // says what is wrong, where pythonia would fall silent
  await mkdir(dirname(options.logFile), { recursive: true });
  return await openPythonBridge(options);
}
