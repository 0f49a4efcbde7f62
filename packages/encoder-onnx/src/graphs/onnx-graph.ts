import { createWorkerPool } from "../threads/worker-pool.ts";
import type { GraphInputs, GraphOptions } from "./graph-session.ts";

/** An ONNX graph that turns a batch of inputs into vectors, in a thread of its own. */
export interface OnnxGraph {
  /**
   * Runs one batch, after those asked for before. The inputs' memory goes to the thread, and is gone
   * here.
   *
   * @returns `[batch, dimension]`, row-major; the caller owns the memory.
   * @throws EncoderError `ONNX_FAILED` with the engine's error as cause.
   */
  run(inputs: GraphInputs): Promise<Float32Array>;
  /** Frees the graph when the batches under way are done. */
  release(): Promise<void>;
}

/**
 * Opens an ONNX file in a thread of its own, since onnxruntime-node computes in the calling thread:
 * the caller's event loop goes on meanwhile.
 *
 * @throws ModelError `ONNX_FAILED` when the engine cannot load it, `MODEL_UNSUPPORTED` when its
 * inputs or outputs are not a tower's.
 */
export async function openOnnxGraph(options: GraphOptions): Promise<OnnxGraph> {
  const pool = createWorkerPool<GraphInputs | null, Float32Array>({
    module: "graphs/graph-worker",
    name: "runBatch",
    threads: 1,
    workerData: options,
  });
  try {
    await pool.run(null);
  } catch (error) {
    await pool.close();
    throw error;
  }
  return {
    run: (inputs) =>
      pool.run(
        inputs,
        Object.values(inputs).map(({ data }) => data),
      ),
    release: () => pool.close(),
  };
}
