import { expect, test } from "vitest";
import { DatasetError } from "./errors.ts";
import { decodeNpy, decodeNpyEmbeddings, encodeNpy } from "./npy.ts";

// The bytes that numpy.save writes, version 2.4.6, for the arrays named; made with
// python -c "import numpy, io; f = io.BytesIO(); numpy.save(f, ARRAY); print(f.getvalue().hex())".
const numpySaved = {
  float32:
    "934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e5f6f72646572273a2046616c73652c20277368617065273a2028322c2033292c207d202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020200a0000803f0000004000004040000080400000a0400000d040",
  float16:
    "934e554d5059010076007b276465736372273a20273c6632272c2027666f727472616e5f6f72646572273a2046616c73652c20277368617065273a2028362c292c207d2020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020200a003c00c1ff7b0100007c007e",
  fortran:
    "934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e5f6f72646572273a20547275652c20277368617065273a2028322c2032292c207d20202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020200a0000803f0000803f0000803f0000803f",
};

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

test("writes the very bytes that NumPy writes", () => {
  const file = encodeNpy({ data: Float32Array.of(1, 2, 3, 4, 5, 6.5), shape: [2, 3] });
  expect(file).toEqual(fromHex(numpySaved.float32));
});

test("reads what NumPy wrote, half floats widened exactly", () => {
  const { dtype, shape, data } = decodeNpy(fromHex(numpySaved.float16));
  expect(dtype).toBe("<f2");
  expect(shape).toEqual([6]);
  expect([...data]).toEqual([1, -2.5, 65504, 2 ** -24, Number.POSITIVE_INFINITY, Number.NaN]);
});

test.each([
  ["<f4", Float32Array.of(0.1, -3)],
  ["<f8", Float64Array.of(0.1, -3)],
  ["<i4", Int32Array.of(1, -3)],
  ["<i8", BigInt64Array.of(1n, -3n)],
  ["<u4", Uint32Array.of(1, 4_000_000_000)],
  ["|u1", Uint8Array.of(1, 255)],
] as const)("keeps %s through writing and reading", (dtype, data) => {
  expect(decodeNpy(encodeNpy({ data, shape: [2] }))).toEqual({ dtype, data, shape: [2] });
});

test("reads a file that lies anywhere in a larger buffer", () => {
  const file = encodeNpy({ data: Float64Array.of(1, 2), shape: [1, 2] });
  const buffer = new Uint8Array(file.length + 3);
  buffer.set(file, 3);
  expect(decodeNpyEmbeddings(buffer.subarray(3))).toEqual({
    data: Float32Array.of(1, 2),
    count: 1,
    dimension: 2,
  });
});

test("reads bytes whose slice is a view, as that of a Node Buffer is", () => {
  class NodeLikeBuffer extends Uint8Array<ArrayBuffer> {
    override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
      return this.subarray(start, end);
    }
  }
  const file = NodeLikeBuffer.from(encodeNpy({ data: Float32Array.of(1, 2), shape: [1, 2] }));
  expect([...decodeNpyEmbeddings(file).data]).toEqual([1, 2]);
});

test("refuses a shape that does not fit the values", () => {
  expect(() => encodeNpy({ data: Float32Array.of(1), shape: [2, 3] })).toThrow(RangeError);
});

test.each([
  ["another kind of file", () => new TextEncoder().encode("image,caption\na.jpg,a dog\n")],
  ["a cut-off file", () => fromHex(numpySaved.float32).slice(0, -1)],
  ["Fortran order", () => fromHex(numpySaved.fortran)],
])("refuses %s and says why", (_, bytes) => {
  expect(() => decodeNpy(bytes())).toThrow(DatasetError);
});

test("refuses embeddings that are not rows of floats", () => {
  const integers = encodeNpy({ data: Int32Array.of(1, 2), shape: [1, 2] });
  const flat = encodeNpy({ data: Float32Array.of(1, 2), shape: [2] });
  for (const bytes of [integers, flat]) {
    expect(() => decodeNpyEmbeddings(bytes)).toThrow("expected floats in rows and columns");
  }
});

test("leaves the values where they are when the file has its memory to itself", () => {
  const file = encodeNpy({ data: Float32Array.of(1, 2), shape: [1, 2] });
  expect(decodeNpyEmbeddings(file).data.buffer).toBe(file.buffer);
});

test("copies values out of memory that holds other things, too", () => {
  const file = encodeNpy({ data: Float32Array.of(1, 2), shape: [1, 2] });
  const shared = new Uint8Array(file.length + 3);
  shared.set(file, 3);
  const { data } = decodeNpyEmbeddings(shared.subarray(3));
  expect([...data]).toEqual([1, 2]);
  expect(data.buffer).not.toBe(shared.buffer);
});
