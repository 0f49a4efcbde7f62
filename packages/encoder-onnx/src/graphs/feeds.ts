import { float32ToFloat16 } from "@semblance/core";
import { Tensor } from "onnxruntime-node";
import type { GraphExpectation } from "./check-graph.ts";
import { type FittedInput, type FittedSide, isChannelsLast } from "./fit.ts";
import type { KeptFloats } from "./kept-floats.ts";
import { toChannelsLast, toPlanes } from "./pixel-layout.ts";

/** What goes into one side of a graph, as the towers make it. */
export type SideValues = ImageValues | TextValues;

interface ImageValues {
  readonly rows: number;
  /** `[rows, height, width, 3]` */
  readonly pixels: Uint8Array;
}

interface TextValues {
  readonly rows: number;
  /** Tokens of every text. */
  readonly length: number;
  /** `[rows, length]` */
  readonly ids: BigInt64Array;
  /** `[rows, length]`: 1 for the text's tokens, 0 for filling. */
  readonly mask: BigInt64Array;
}

/** What pixels are made into values with. */
interface FeedOptions {
  readonly expected: GraphExpectation;
  readonly floats: KeptFloats;
}

/** The tensors that a graph takes, by the names of its inputs; those made before are overwritten. */
export function toFeeds(
  values: SideValues,
  fitted: FittedSide,
  options: FeedOptions,
): Record<string, Tensor> {
  const filled = fillUp(values, fitted.length);
  return Object.fromEntries(
    fitted.inputs.map((input) => [input.name, toTensor(input, filled, options)]),
  );
}

/** `count` rows from `first` on; past the end, the last row again. */
export function takeRows(values: SideValues, first: number, count: number): SideValues {
  if (first === 0 && count === values.rows) return values;
  const rows = Array.from({ length: count }, (_, i) => Math.min(first + i, values.rows - 1));
  if ("pixels" in values) {
    const pixels = new Uint8Array((values.pixels.length / values.rows) * count);
    copyRows({ from: values.pixels, to: pixels, rows });
    return { rows: count, pixels };
  }
  const { length } = values;
  const [ids, mask] = [new BigInt64Array(count * length), new BigInt64Array(count * length)];
  copyRows({ from: values.ids, to: ids, rows });
  copyRows({ from: values.mask, to: mask, rows });
  return { rows: count, length, ids, mask };
}

/** One item, or as many as the side has fixed, whose vectors nobody reads. */
export function blankSide(expected: GraphExpectation, fitted: FittedSide): SideValues {
  const rows = fitted.rows ?? 1;
  const { image, text } = expected;
  if (fitted.inputs.some(({ role }) => role === "pixels")) {
    const { height, width } = image?.size ?? { height: 0, width: 0 };
    return { rows, pixels: new Uint8Array(rows * 3 * height * width) };
  }
  const length = fitted.length ?? (text?.isFilled ? text.maxLength : 1);
  const mask = new BigInt64Array(rows * length).fill(1n);
  return { rows, length, ids: new BigInt64Array(rows * length), mask };
}

function copyRows(copy: {
  readonly from: Uint8Array | BigInt64Array;
  readonly to: Uint8Array | BigInt64Array;
  readonly rows: readonly number[];
}): void {
  const [from, to] = [bytesOf(copy.from), bytesOf(copy.to)];
  const width = to.length / copy.rows.length;
  for (const [i, row] of copy.rows.entries()) {
    to.set(from.subarray(row * width, (row + 1) * width), i * width);
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

// A graph of a fixed length belongs to a text tower that does not look at what follows the text, or
// gets a mask; SigLIP's texts are always as long as the graph. So what is filled with does not matter.
function fillUp(values: SideValues, length: number | undefined): SideValues {
  if ("pixels" in values || length === undefined || length <= values.length) return values;
  const { rows } = values;
  const [ids, mask] = [new BigInt64Array(rows * length), new BigInt64Array(rows * length)];
  for (let row = 0; row < rows; row++) {
    const [start, end] = [row * values.length, (row + 1) * values.length];
    ids.set(values.ids.subarray(start, end), row * length);
    mask.set(values.mask.subarray(start, end), row * length);
  }
  return { rows, length, ids, mask };
}

function toTensor(input: FittedInput, values: SideValues, options: FeedOptions): Tensor {
  if ("pixels" in values) return toPixelTensor(input, values, options);
  const shape = [values.rows, values.length];
  const integers = integersOf(input.role, values);
  return input.type === "int32"
    ? new Tensor("int32", Int32Array.from(integers, Number), shape)
    : new Tensor("int64", integers, shape);
}

function integersOf(role: FittedInput["role"], values: TextValues): BigInt64Array {
  const { rows, length, ids, mask } = values;
  if (role === "mask") return mask;
  if (role === "positions") return positionsOf(rows, length);
  return role === "types" ? new BigInt64Array(rows * length) : ids;
}

function positionsOf(rows: number, length: number): BigInt64Array {
  return BigInt64Array.from({ length: rows * length }, (_, i) => BigInt(i % length));
}

const sameBytes = Float32Array.from({ length: 3 * 256 }, (_, i) => i % 256);

function toPixelTensor(
  input: FittedInput,
  { rows, pixels }: ImageValues,
  { expected: { image }, floats }: FeedOptions,
): Tensor {
  if (image === undefined) throw new TypeError("A graph without images was given pixels.");
  const { height, width } = image.size;
  const plane = height * width;
  const isLast = isChannelsLast(input);
  const shape = isLast ? [rows, height, width, 3] : [rows, 3, height, width];
  if (input.type === "uint8") {
    const layout = { pixels, values: sameBytes, to: new Uint8Array(pixels.length) };
    return new Tensor("uint8", isLast ? pixels : toPlanes(layout, plane), shape);
  }
  const layout = { pixels, values: image.values, to: floats(pixels.length) };
  const values = isLast ? toChannelsLast(layout) : toPlanes(layout, plane);
  return input.type === "float16"
    ? toHalfTensor(float32ToFloat16(values), shape)
    : new Tensor("float32", values, shape);
}

// The engine's native part reads half floats from a Uint16Array only, of which `Tensor` makes a
// Float16Array where Node has one.
function toHalfTensor(bits: Uint16Array, shape: readonly number[]): Tensor {
  const tensor = new Tensor("float16", bits, shape);
  return Object.defineProperty(tensor, "data", { value: bits });
}
