import { EncoderError } from "@semblance/core";
import { type InferenceSession, type OnnxValue, Tensor } from "onnxruntime-node";
import { checkGraph, type GraphExpectation } from "./check-graph.ts";
import { openSession, type SessionOptions } from "./open-session.ts";

/** What {@link openOnnxGraph} needs to know. */
export interface OnnxGraphOptions extends GraphExpectation, SessionOptions {}

/** An ONNX graph that turns a batch of inputs into vectors. */
export interface OnnxGraph {
  /** Names of the inputs that it takes. */
  readonly inputs: ReadonlySet<string>;
  /**
   * Runs one batch; inputs that the graph does not take are left out. The engine computes in the
   * calling thread: the event loop stands still until it is done.
   *
   * @returns `[batch, dimension]`, row-major; the caller owns the memory.
   * @throws EncoderError `ONNX_FAILED` with the engine's error as cause.
   */
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Float32Array>;
  release(): Promise<void>;
}

/**
 * Opens an ONNX file on the CPU and checks that it fits.
 *
 * @throws ModelError `ONNX_FAILED` when the engine cannot load it, `MODEL_UNSUPPORTED` when its
 * inputs or outputs are not a tower's.
 */
export async function openOnnxGraph(options: OnnxGraphOptions): Promise<OnnxGraph> {
  const session = await openSession(options);
  try {
    const output = checkGraph(session, options);
    return {
      inputs: new Set(session.inputNames),
      run: (inputs) => run(session, inputs, output, options),
      release: () => session.release(),
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

async function run(
  session: InferenceSession,
  inputs: Readonly<Record<string, Tensor>>,
  output: string,
  options: OnnxGraphOptions,
): Promise<Float32Array> {
  const feeds: Record<string, OnnxValue> = {};
  for (const [name, tensor] of Object.entries(inputs)) {
    if (session.inputNames.includes(name)) feeds[name] = tensor;
  }
  const results = await session.run(feeds, [output]).catch((error: unknown) => {
    throw runFailed(options, reasonOf(error), error);
  });
  const vectors = results[output];
  if (!(vectors instanceof Tensor) || !(vectors.data instanceof Float32Array)) {
    throw runFailed(options, `${output} is not a float32 tensor.`);
  }
  if (vectors.dims.length !== 2 || vectors.dims[1] !== options.dimension) {
    throw runFailed(
      options,
      `${output} has the shape [${vectors.dims.join(", ")}], expected [batch, ${options.dimension}].`,
    );
  }
  // A copy, since the engine's own memory can neither be transferred nor outlive the tensor.
  const copy = vectors.data.slice();
  vectors.dispose();
  return copy;
}

function runFailed(options: OnnxGraphOptions, reason: string, cause?: unknown): EncoderError {
  return new EncoderError({
    code: "ONNX_FAILED",
    message: `onnxruntime failed on ${options.path}: ${reason}`,
    fix: "Try a smaller batchSize if memory is short; otherwise export the model again.",
    cause,
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
