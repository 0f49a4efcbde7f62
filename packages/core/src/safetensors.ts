import { ModelError } from "./errors.ts";

/** A tensor of single floats. */
export interface FloatTensor {
  /** Row-major. */
  readonly data: Float32Array;
  /** Its product is `data.length`. */
  readonly shape: readonly number[];
}

const lengthBytes = 8;

/**
 * Writes tensors by name as a `.safetensors` file: the header's length, the header in JSON, the values.
 *
 * @see https://huggingface.co/docs/safetensors/index (format)
 * @throws RangeError when a shape does not fit its data.
 */
export function encodeSafetensors(tensors: Readonly<Record<string, FloatTensor>>): Uint8Array {
  const entries = Object.entries(tensors).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const header: Record<string, object> = {};
  let end = 0;
  for (const [name, { data, shape }] of entries) {
    if (sizeOf(shape) !== data.length) {
      throw new RangeError(`Shape (${shape.join(", ")}) does not fit ${data.length} values.`);
    }
    header[name] = { dtype: "F32", shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const text = JSON.stringify(header);
  // Filled up with blanks, so that values begin on a multiple of 8 bytes.
  const length = Math.ceil(text.length / lengthBytes) * lengthBytes;
  const file = new Uint8Array(lengthBytes + length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.set(new TextEncoder().encode(text.padEnd(length)), lengthBytes);
  let at = lengthBytes + length;
  for (const [, { data }] of entries) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

/**
 * Reads a `.safetensors` file of single floats, little-endian.
 *
 * @throws {@link ModelError} with code `SAFETENSORS_INVALID`.
 */
export function decodeSafetensors(bytes: Uint8Array): Readonly<Record<string, FloatTensor>> {
  const { header, values } = readHeader(bytes);
  const tensors: Record<string, FloatTensor> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name !== "__metadata__") tensors[name] = readTensor(name, entry, values);
  }
  return tensors;
}

function readHeader(bytes: Uint8Array): { header: object; values: Uint8Array } {
  if (bytes.length < lengthBytes) throw invalid("is cut off");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = lengthBytes + Number(view.getBigUint64(0, true));
  if (end > bytes.length) throw invalid("is cut off, or does not begin like one");
  const text = new TextDecoder().decode(bytes.subarray(lengthBytes, end));
  return { header: parseObject(text), values: bytes.subarray(end) };
}

function parseObject(text: string): object {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw invalid("has a header that is not JSON", cause);
  }
  if (typeof header === "object" && header !== null) return header;
  throw invalid("has a header that is no object");
}

function readTensor(name: string, entry: unknown, values: Uint8Array): FloatTensor {
  const { dtype, shape, data_offsets: offsets } = Object(entry);
  if (dtype !== "F32") throw invalid(`holds ${name} as ${dtype}, expected F32`);
  if (!isSizes(shape) || !isSizes(offsets)) throw invalid(`does not say where ${name} is`);
  const [from = 0, to = 0] = offsets;
  if (to - from !== 4 * sizeOf(shape) || to > values.length) {
    throw invalid(`says that ${name} is where it does not fit`);
  }
  // A copy, so that elements are aligned; not by slice, which gives a view in a subclass of Node's.
  const data = new Float32Array(new Uint8Array(values.subarray(from, to)).buffer);
  return { data, shape };
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isInteger(size) && size >= 0);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function invalid(finding: string, cause?: unknown): ModelError {
  return new ModelError({
    code: "SAFETENSORS_INVALID",
    message: `The safetensors file ${finding}.`,
    fix: "Get or make the file again.",
    cause,
  });
}
