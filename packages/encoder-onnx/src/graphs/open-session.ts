import { availableParallelism } from "node:os";
import { ModelError } from "@semblance/core";
import { InferenceSession } from "onnxruntime-node";
import type { Device } from "../config.ts";

/** What {@link openSession} needs to know. */
export interface SessionOptions {
  /** Path of the ONNX file. */
  readonly path: string;
  /** Threads of one run; by default one for each processor core. */
  readonly threads: number | undefined;
  /** @defaultValue `"cpu"` */
  readonly device?: Device | undefined;
}

/**
 * Loads an ONNX file into the engine.
 *
 * @throws ModelError `MODEL_FILE_MISSING` when weights beside it are, `ONNX_FAILED` when the engine
 * cannot load it.
 */
export async function openSession(options: SessionOptions): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(options.path, {
      // What a device has no kernel for runs on the processor.
      executionProviders: [...new Set([options.device ?? "cpu", "cpu"])],
      // Only fatal ones: everything else comes as an error that we pass on, and a library prints nothing.
      logSeverityLevel: 4,
      // Given a count, the engine does not pin its threads to cores, and without spinning they leave
      // idle cores to decoding and to other processes: as fast alone, 1.6 times beside a busy neighbour.
      intraOpNumThreads: options.threads ?? availableParallelism(),
      // Patterns are kept for each shape of a batch, and texts have many; as fast without, and DirectML
      // refuses them.
      enableMemPattern: false,
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
  } catch (error) {
    throw notLoaded(options.path, error);
  }
}

// By the engine's words: which files a graph has beside it stands in the graph, which it alone reads.
function notLoaded(path: string, cause: unknown): ModelError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const missing = /External data path does not exist: "([^"]+)"/.exec(reason)?.[1];
  if (missing !== undefined) {
    return new ModelError({
      code: "MODEL_FILE_MISSING",
      message: `${path} has its weights in another file, which is not there: ${missing}.`,
      fix: "Copy the model again with all its files, or export it again.",
      cause,
    });
  }
  const isShort = /External initializer: .*out of bounds/s.test(reason);
  const hint = isShort ? " Of its weights beside it, a part is missing." : "";
  return new ModelError({
    code: "ONNX_FAILED",
    message: `onnxruntime cannot load ${path}: ${reason}${hint}`,
    fix: "Export or copy the model again.",
    cause,
  });
}
