import { type Embeddings, toEmbeddings } from "./embedding.ts";
import { DatasetError } from "./errors.ts";
import { float16ToFloat32 } from "./float16.ts";

/** Element types that the codec reads and writes, each as the typed array of the same width. */
export type NpyData =
  | Float32Array
  | Float64Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint32Array;

/** An array as NumPy stores it, in C order. */
export interface NpyArray {
  readonly data: NpyData;
  /** Its product is `data.length`. */
  readonly shape: readonly number[];
}

const formats = {
  "<f4": Float32Array,
  "<f8": Float64Array,
  "<i4": Int32Array,
  "<i8": BigInt64Array,
  "<u4": Uint32Array,
  "|u1": Uint8Array,
} as const;

const magic = "\u0093NUMPY";
const alignment = 64;

/**
 * Writes a `.npy` file, format version 1.0.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 * @throws RangeError when the shape does not fit the data.
 */
export function encodeNpy(array: NpyArray): Uint8Array {
  const { data, shape } = array;
  const size = shape.reduce((product, length) => product * length, 1);
  if (size !== data.length) {
    throw new RangeError(`Shape (${shape.join(", ")}) does not fit ${data.length} values.`);
  }
  const header = encodeNpyHeader(dtypeOf(data), shape);
  const file = new Uint8Array(header.length + data.byteLength);
  file.set(header);
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length);
  return file;
}

function dtypeOf(data: NpyData): string {
  for (const [dtype, make] of Object.entries(formats)) if (data instanceof make) return dtype;
  throw new TypeError("This kind of array has no .npy type.");
}

/**
 * The bytes before the values: for a file whose rows are written as they come, and whose header is
 * written last. For rows and columns of float32 it is 128 bytes long, whatever their number.
 */
export function encodeNpyHeader(dtype: string, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const fixed = magic.length + 4;
  const length = Math.ceil((fixed + text.length + 1) / alignment) * alignment - fixed;
  const header = new Uint8Array(fixed + length).fill(0x20);
  for (let i = 0; i < magic.length; i++) header[i] = magic.charCodeAt(i);
  header.set([1, 0, length & 0xff, length >> 8], magic.length);
  header.set(new TextEncoder().encode(text), fixed);
  header[header.length - 1] = 0x0a;
  return header;
}

/** A `.npy` array with the type it had in the file. */
export interface DecodedNpy extends NpyArray {
  /** NumPy's name: `"<f4"`. Half floats, `"<f2"`, come as a Float32Array. */
  readonly dtype: string;
}

/**
 * Reads a `.npy` file of numbers: little-endian, C order, format version 1 to 3.
 *
 * The values stay where they are when `bytes` is all of its buffer, as a whole file read at once is:
 * a gigabyte of embeddings should not be in memory twice.
 *
 * @throws {@link DatasetError} with code `NPY_INVALID`.
 */
export function decodeNpy(bytes: Uint8Array): DecodedNpy {
  const { dtype, shape, start } = decodeNpyHeader(bytes);
  const count = shape.reduce((product, length) => product * length, 1);
  const { buffer, offset } = alignBody(bytes, start);
  const length = buffer.byteLength - offset;
  if (dtype === "<f2") {
    requireLength(length, count * 2);
    return { dtype, shape, data: float16ToFloat32(new Uint16Array(buffer, offset, count)) };
  }
  if (!isFormat(dtype))
    throw invalid(`holds values of type ${dtype}, which has no counterpart here`);
  const make = formats[dtype];
  requireLength(length, count * make.BYTES_PER_ELEMENT);
  return { dtype, shape, data: new make(buffer, offset, count) };
}

// Elements begin at a multiple of their size, of 8 bytes at most.
function alignBody(bytes: Uint8Array, start: number) {
  const { buffer, byteLength } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && start % 8 === 0) {
    return { buffer, offset: start };
  }
  // Not by slice, which gives a view in a subclass of Node's.
  return { buffer: new Uint8Array(bytes.subarray(start)).buffer, offset: 0 };
}

/**
 * Reads embeddings: a two-dimensional `.npy` of half, single or double floats, as float32.
 *
 * @throws {@link DatasetError} with code `NPY_INVALID`.
 */
export function decodeNpyEmbeddings(bytes: Uint8Array): Embeddings {
  const { data, shape, dtype } = decodeNpy(bytes);
  const [, dimension] = shape;
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  if (!isFloat || shape.length !== 2 || dimension === undefined || dimension === 0) {
    throw invalid(
      `holds ${dtype} of shape (${shape.join(", ")}), expected floats in rows and columns`,
    );
  }
  return toEmbeddings(data instanceof Float32Array ? data : new Float32Array(data), dimension);
}

function decodeNpyHeader(bytes: Uint8Array) {
  const isNpy = bytes.length > 12 && String.fromCharCode(...bytes.subarray(0, 6)) === magic;
  if (!isNpy) throw invalid("does not begin like one");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isWide = (bytes[6] ?? 0) > 1;
  const length = isWide ? view.getUint32(8, true) : view.getUint16(8, true);
  const start = (isWide ? 12 : 10) + length;
  const header = new TextDecoder().decode(bytes.subarray(isWide ? 12 : 10, start));
  const dtype = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  const tuple = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (dtype === undefined || tuple === undefined) throw invalid(`has the header ${header.trim()}`);
  const isMatrix = tuple.split(",").filter((part) => part.trim() !== "").length > 1;
  if (isMatrix && /'fortran_order':\s*True/.test(header)) throw inFortranOrder();
  const shape = tuple
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(Number);
  return { dtype, shape, start };
}

function isFormat(dtype: string): dtype is keyof typeof formats {
  return Object.hasOwn(formats, dtype);
}

function requireLength(found: number, expected: number): void {
  if (found >= expected) return;
  throw invalid(`is cut off: ${found} bytes of data, its header says ${expected}`);
}

function inFortranOrder(): DatasetError {
  return new DatasetError({
    code: "NPY_INVALID",
    message: "The .npy file is in Fortran order: column by column.",
    fix: "Save it with numpy.save(path, numpy.ascontiguousarray(array)).",
  });
}

function invalid(finding: string): DatasetError {
  return new DatasetError({
    code: "NPY_INVALID",
    message: `The .npy file ${finding}.`,
    fix: "Save it with numpy.save(path, array.astype('<f4')).",
  });
}
