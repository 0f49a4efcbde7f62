import { EncoderError, float16ToFloat32 } from "@semblance/core";
import { type InferenceSession, type OnnxValue, Tensor } from "onnxruntime-node";
import type { GraphExpectation } from "./check-graph.ts";
import { blankSide, type SideValues, takeRows, toFeeds } from "./feeds.ts";
import type { FittedSide, GraphFit, Side } from "./fit.ts";
import type { KeptFloats } from "./kept-floats.ts";

/** What {@link runGraph} needs to know. */
export interface GraphRun {
  readonly session: InferenceSession;
  readonly fit: GraphFit;
  readonly expected: GraphExpectation;
  /** `pixel_values` `[batch, height, width, 3]` in bytes, or `input_ids` and `attention_mask` `[batch, length]`. */
  readonly inputs: Readonly<Record<string, InputValues>>;
  /** For the values of the pixels. */
  readonly floats: KeptFloats;
}

/** A tensor's values, row-major, and its shape. */
interface InputValues {
  readonly data: unknown;
  readonly dims: readonly number[];
}

/**
 * Runs a batch: in one go, or in pieces where the graph has a number of rows fixed. A graph with both
 * towers gets one blank item for the other.
 *
 * @returns `[batch, dimension]`, row-major; the caller owns the memory.
 * @throws EncoderError `ONNX_FAILED` with the engine's error as cause.
 */
export async function runGraph(run: GraphRun): Promise<Float32Array> {
  const { fit, expected } = run;
  const side: Side = run.inputs.pixel_values === undefined ? "text" : "image";
  const fitted = fit[side];
  if (fitted === undefined) throw runFailed(expected, `it takes no ${side}s.`);
  const values = toSideValues(run.inputs, side);
  const other = fit[side === "image" ? "text" : "image"];
  const blank = other && toFeeds(blankSide(expected, other), other, run);
  const step = fitted.rows ?? values.rows;
  const vectors = new Float32Array(values.rows * expected.dimension);
  for (let first = 0; first < values.rows; first += step) {
    const feeds = { ...blank, ...toFeeds(takeRows(values, first, step), fitted, run) };
    const rows = await runOnce(run, feeds, fitted, step);
    const kept = Math.min(step, values.rows - first);
    vectors.set(rows.subarray(0, kept * expected.dimension), first * expected.dimension);
  }
  return vectors;
}

function toSideValues(inputs: GraphRun["inputs"], side: Side): SideValues {
  const { pixel_values: pixels, input_ids: ids, attention_mask: mask } = inputs;
  if (side === "image" && pixels?.data instanceof Uint8Array) {
    return { rows: pixels.dims[0] ?? 0, pixels: pixels.data };
  }
  if (ids?.data instanceof BigInt64Array && mask?.data instanceof BigInt64Array) {
    return { rows: ids.dims[0] ?? 0, length: ids.dims[1] ?? 0, ids: ids.data, mask: mask.data };
  }
  throw new TypeError("Expected pixel_values in uint8, or input_ids and attention_mask in int64.");
}

async function runOnce(
  { session, expected }: GraphRun,
  feeds: Readonly<Record<string, OnnxValue>>,
  { output }: FittedSide,
  rows: number,
): Promise<Float32Array> {
  const results = await session.run(feeds, [output]).catch((error: unknown) => {
    throw runFailed(expected, reasonOf(error), error);
  });
  const vectors = results[output];
  if (!(vectors instanceof Tensor)) throw runFailed(expected, `${output} is not a tensor.`);
  const { dims } = vectors;
  if (dims.length !== 2 || dims[0] !== rows || dims[1] !== expected.dimension) {
    throw runFailed(
      expected,
      `${output} has the shape [${dims.join(", ")}], expected [${rows}, ${expected.dimension}].`,
    );
  }
  // A copy, since the engine's own memory can neither be transferred nor outlive the tensor.
  const copy = toFloat32(vectors.data);
  if (copy === undefined) throw runFailed(expected, `${output} is not float32 or float16.`);
  vectors.dispose();
  return copy;
}

function toFloat32(data: Tensor["data"]): Float32Array | undefined {
  if (data instanceof Float32Array) return data.slice();
  // Half floats are a Uint16Array in Node 22, which has no Float16Array, and one in Node 24.
  const isHalf = ArrayBuffer.isView(data) && data.BYTES_PER_ELEMENT === 2;
  return isHalf
    ? float16ToFloat32(new Uint16Array(data.buffer, data.byteOffset, data.length))
    : undefined;
}

function runFailed(expected: GraphExpectation, reason: string, cause?: unknown): EncoderError {
  return new EncoderError({
    code: "ONNX_FAILED",
    message: `onnxruntime failed on ${expected.path}: ${reason}`,
    fix: "Try a smaller batchSize if memory is short; otherwise export the model again.",
    cause,
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
