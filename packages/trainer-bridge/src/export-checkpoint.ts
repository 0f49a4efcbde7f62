import { findPython } from "./find-python.ts";
import { type ExportOptions, type ExportResult, runExport } from "./run-export.ts";

/**
 * Exports both towers of a checkpoint to ONNX and checks them against PyTorch.
 *
 * @throws {@link TrainerError} `NOT_A_CHECKPOINT`, `EXPORT_FAILED` (also when the graphs differ by
 * more than the tolerance), `OUT_OF_MEMORY`, `DISK_FULL`, `PYTHON_NOT_FOUND`, `WORKER_KILLED`, …;
 * the signal's reason when aborted.
 */
export async function exportCheckpoint(options: ExportOptions): Promise<ExportResult> {
  options.signal?.throwIfAborted();
  return await runExport({ ...options, python: findPython(options) });
}
