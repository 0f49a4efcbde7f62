import { availableParallelism } from "node:os";
import { EncoderError, ModelError } from "@semblance/core";
import { InferenceSession, type OnnxValue, Tensor } from "onnxruntime-node";

/** The element types that a tower's graph takes. */
type InputType = "float32" | "int64";

/** What is expected of a graph. */
export interface OnnxGraphOptions {
  readonly path: string;
  /** Threads of one run; by default one for each processor core. */
  readonly threads: number | undefined;
  /** Inputs that are fed, by name; others in the graph are refused. */
  readonly inputs: Readonly<Record<string, InputType>>;
  /** Names of `inputs` that a graph may lack. */
  readonly optionalInputs: readonly string[];
  /** Names of the output that holds the vectors, the first one present. */
  readonly outputs: readonly string[];
  /** Length of the vectors. */
  readonly dimension: number;
}

/** An ONNX graph that turns a batch of inputs into vectors. */
export interface OnnxGraph {
  /** Names of the inputs that it takes. */
  readonly inputs: ReadonlySet<string>;
  /**
   * Runs one batch; inputs that the graph does not take are left out.
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

async function openSession(options: OnnxGraphOptions): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(options.path, {
      executionProviders: ["cpu"],
      // Only fatal ones: everything else comes as an error that we pass on, and a library prints nothing.
      logSeverityLevel: 4,
      // Given a count, the engine does not pin its threads to cores, and without spinning they leave
      // idle cores to decoding and to other processes: as fast alone, 1.6 times beside a busy neighbour.
      intraOpNumThreads: options.threads ?? availableParallelism(),
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
  } catch (error) {
    throw new ModelError({
      code: "ONNX_FAILED",
      message: `onnxruntime cannot load ${options.path}: ${reasonOf(error)}`,
      fix: "Export or copy the model again.",
      cause: error,
    });
  }
}

function checkGraph(session: InferenceSession, options: OnnxGraphOptions): string {
  const { inputs, optionalInputs } = options;
  for (const input of session.inputMetadata) {
    if (!input.isTensor || inputs[input.name] !== input.type) {
      throw unsupported(options, `takes ${describe(input)}, which is not known`);
    }
    if (typeof input.shape[0] === "number") {
      throw unsupported(options, `takes batches of exactly ${input.shape[0]}`);
    }
  }
  const missing = Object.keys(inputs).find(
    (name) => !optionalInputs.includes(name) && !session.inputNames.includes(name),
  );
  if (missing !== undefined) throw unsupported(options, `has no input ${missing}`);
  return checkOutput(session, options);
}

function checkOutput(session: InferenceSession, options: OnnxGraphOptions): string {
  const name = options.outputs.find((output) => session.outputNames.includes(output));
  const output = session.outputMetadata.find((metadata) => metadata.name === name);
  if (output === undefined) {
    throw unsupported(
      options,
      `has the outputs ${session.outputNames.join(", ")}; expected ${options.outputs.join(" or ")}`,
    );
  }
  if (!output.isTensor || output.type !== "float32") {
    throw unsupported(options, `gives ${describe(output)}, not float32`);
  }
  const dimension = output.shape.at(-1);
  if (typeof dimension === "number" && dimension !== options.dimension) {
    throw unsupported(
      options,
      `gives vectors of ${dimension}, but the model says ${options.dimension}`,
    );
  }
  return output.name;
}

function describe(value: InferenceSession.ValueMetadata): string {
  return value.isTensor ? `${value.name} (${value.type})` : value.name;
}

function unsupported(options: OnnxGraphOptions, finding: string): ModelError {
  return new ModelError({
    code: "MODEL_UNSUPPORTED",
    message: `${options.path} ${finding}.`,
    fix: "Export the model with `semblance export`: one graph a tower, dynamic batch, float32 in and out.",
  });
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
