import { expect, test } from "vitest";
import { toEmbeddings } from "./embedding.ts";
import { applyHead, decodeHead, encodeHead, headReference, towerOfHead } from "./model-head.ts";
import { encodeSafetensors } from "./safetensors.ts";

const weight = toEmbeddings(Float32Array.of(1, 2, 3, 4), 2);

test("a head maps x to weight · x, without scaling the result", () => {
  const rows = toEmbeddings(Float32Array.of(1, 0, 0, 1, 1, 1), 2);
  expect([...applyHead(rows, weight)]).toEqual([1, 3, 2, 4, 3, 7]);
});

test.each([
  ["image", { image: weight }],
  ["text", { text: weight }],
  ["both", { image: weight, text: weight }],
] as const)("a head for %s comes back as it was written", (tower, head) => {
  expect(towerOfHead(head)).toBe(tower);
  expect(decodeHead(encodeHead(head), { tower, dimension: 2 })).toEqual(head);
});

test("a head for no tower is none", () => {
  expect(() => towerOfHead({})).toThrow(RangeError);
});

const square = { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] };

test.each([
  ["for another tower", { "image.weight": square }, /holds image.weight, expected text.weight/],
  ["empty", {}, /holds nothing/],
  ["with a bias", { "text.weight": square, "text.bias": square }, /holds text.bias, text.weight/],
  [
    "of another size",
    { "text.weight": { ...square, shape: [4, 1] } },
    /\(4, 1\), expected \(2, 2\)/,
  ],
  ["with a NaN", { "text.weight": { ...square, data: new Float32Array(4).fill(NaN) } }, /finite/],
])("a head that is %s is refused", (_, tensors, message) => {
  const bytes = encodeSafetensors(tensors);
  expect(() => decodeHead(bytes, { tower: "text", dimension: 2 })).toThrow(
    expect.objectContaining({ code: "HEAD_INVALID", message: expect.stringMatching(message) }),
  );
});

test.each(["../head.safetensors", "/etc/passwd", "a/b", "", "..", ".hidden"])(
  "a head's file is a name in the model's folder, not %j",
  (file) => {
    expect(headReference.safeParse({ file, tower: "text" }).success).toBe(false);
    expect(headReference.safeParse({ file: "head.safetensors", tower: "text" }).success).toBe(true);
  },
);
