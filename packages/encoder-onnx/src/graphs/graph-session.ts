import { checkGraph, type GraphExpectation } from "./check-graph.ts";
import { createKeptFloats } from "./kept-floats.ts";
import { openSession, type SessionOptions } from "./open-session.ts";
import { runGraph } from "./run-graph.ts";

/** What {@link openGraphSession} needs to know. */
export interface GraphOptions extends GraphExpectation, SessionOptions {}

/** A graph's input, in plain data that goes from thread to thread. */
export interface TensorData {
  readonly data: Uint8Array | BigInt64Array;
  readonly dims: readonly number[];
}

/** A batch, by input: `pixel_values` in bytes, channels last, or `input_ids` and `attention_mask`. */
export type GraphInputs = Readonly<Record<string, TensorData>>;

/** An ONNX graph that turns a batch of inputs into vectors. */
export interface GraphSession {
  /**
   * Runs one batch, once the one before is done. The engine computes in the calling thread: its event loop stands still until it is
   * done.
   *
   * @returns `[batch, dimension]`, row-major; the caller owns the memory.
   * @throws EncoderError `ONNX_FAILED` with the engine's error as cause.
   */
  run(inputs: GraphInputs): Promise<Float32Array>;
  release(): Promise<void>;
}

/**
 * Opens an ONNX file and checks that it fits.
 *
 * @throws ModelError `ONNX_FAILED` when the engine cannot load it, `MODEL_UNSUPPORTED` when its
 * inputs or outputs are not a tower's.
 */
export async function openGraphSession(options: GraphOptions): Promise<GraphSession> {
  const session = await openSession(options);
  try {
    const run = {
      session,
      fit: checkGraph(session, options),
      expected: options,
      floats: createKeptFloats(),
    };
    return {
      run: (inputs) => runGraph({ ...run, inputs }),
      release: () => session.release(),
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}
