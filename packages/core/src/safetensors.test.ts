import { expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

const tensors = {
  "text.weight": { data: Float32Array.of(1, -2.5, 3, 0.1), shape: [2, 2] },
  scale: { data: Float32Array.of(14), shape: [] },
  none: { data: new Float32Array(), shape: [0, 3] },
};

test("tensors come back as they were written, whatever memory they are read from", () => {
  const file = encodeSafetensors(tensors);
  expect(decodeSafetensors(file)).toEqual(tensors);
  const shifted = new Uint8Array(file.length + 3).subarray(3);
  shifted.set(file);
  expect(decodeSafetensors(shifted)).toEqual(tensors);
});

test("the file is a length, a header of whole eights of bytes, and the values in the order of names", () => {
  const file = encodeSafetensors({
    b: { data: Float32Array.of(2), shape: [1] },
    a: { data: Float32Array.of(1), shape: [1, 1] },
  });
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  expect(length % 8).toBe(0);
  expect(JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)))).toEqual({
    a: { dtype: "F32", shape: [1, 1], data_offsets: [0, 4] },
    b: { dtype: "F32", shape: [1], data_offsets: [4, 8] },
  });
  expect([...new Float32Array(file.slice(8 + length).buffer)]).toEqual([1, 2]);
});

test("a file with notes on itself is read without them", () => {
  expect(decodeSafetensors(fileOf({ __metadata__: { format: "pt" } }))).toEqual({});
});

test("a shape that does not fit its data is refused", () => {
  const tensor = { data: Float32Array.of(1, 2), shape: [3] };
  expect(() => encodeSafetensors({ tensor })).toThrow("Shape (3) does not fit 2 values.");
});

test.each([
  ["an empty file", new Uint8Array(), /cut off/],
  ["a file without its end", encodeSafetensors(tensors).subarray(0, 40), /cut off/],
  ["something else", new TextEncoder().encode("PK\u0003\u0004 a zip file"), /does not begin like/],
  ["a header that is not JSON", fileOf("{]"), /not JSON/],
  ["a header that is a list", fileOf("null"), /no object/],
  ["half floats", fileOf({ a: { dtype: "F16", shape: [], data_offsets: [0, 2] } }), /a as F16/],
  ["no offsets", fileOf({ a: { dtype: "F32", shape: [1] } }), /where a is/],
  [
    "a shape below 0",
    fileOf({ a: { dtype: "F32", shape: [-1], data_offsets: [0, 4] } }),
    /where a/,
  ],
  ["too few values", fileOf({ a: { dtype: "F32", shape: [9], data_offsets: [0, 36] } }), /not fit/],
  ["another size", fileOf({ a: { dtype: "F32", shape: [1], data_offsets: [0, 8] } }), /not fit/],
])("%s is refused", (_, file, message) => {
  expect(() => decodeSafetensors(file)).toThrow(
    expect.objectContaining({
      code: "SAFETENSORS_INVALID",
      message: expect.stringMatching(message),
    }),
  );
});

/** A file with this header and eight bytes of values. */
function fileOf(header: object | string): Uint8Array {
  const text = typeof header === "string" ? header : JSON.stringify(header);
  const file = new Uint8Array(8 + text.length + 8);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(new TextEncoder().encode(text), 8);
  return file;
}
