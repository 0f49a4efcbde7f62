import { expect, test } from "vitest";
import { toFeeds } from "./feeds.ts";
import type { FittedInput } from "./fit.ts";
import { createKeptFloats } from "./kept-floats.ts";

// Red becomes itself, green a hundred more, blue two hundred more.
const values = Float32Array.from({ length: 768 }, (_, i) => (i % 256) + 100 * Math.trunc(i / 256));
const image = { outputs: ["image_embeds"], size: { width: 2, height: 1 }, values };
const options = { expected: { path: "", dimension: 1, image }, floats: createKeptFloats() };

function feed(type: FittedInput["type"], shape: FittedInput["shape"], pixels: number[]) {
  const inputs: FittedInput[] = [{ name: "image", role: "pixels", type, shape }];
  const fitted = { inputs, output: "", rows: undefined, length: undefined };
  const given = { rows: pixels.length / 6, pixels: Uint8Array.from(pixels) };
  return toFeeds(given, fitted, options).image;
}

const first = ["n", 3, 1, 2];
const last = ["n", 1, 2, 3];
const two = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

test.each([
  ["float32", first, [1, 4, 102, 105, 203, 206, 7, 10, 108, 111, 209, 212]],
  ["float32", last, [1, 102, 203, 4, 105, 206, 7, 108, 209, 10, 111, 212]],
  ["uint8", first, [1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12]],
  ["uint8", last, two],
] as const)(
  "two pictures for a graph of %s and %j have their pixels in its order",
  (type, shape, expected) => {
    const tensor = feed(type, shape, two);
    expect(tensor?.type).toBe(type);
    expect(tensor?.dims).toEqual([2, ...shape.slice(1)]);
    expect([...(tensor?.data ?? [])]).toEqual(expected);
  },
);

test("a smaller batch after a larger one has its own values alone, in the same memory", () => {
  const larger = feed("float32", first, two);
  const smaller = feed("float32", first, two.slice(6));
  expect([...(smaller?.data ?? [])]).toEqual([7, 10, 108, 111, 209, 212]);
  const [before, after] = [larger?.data, smaller?.data];
  expect(
    ArrayBuffer.isView(before) && ArrayBuffer.isView(after) && before.buffer === after.buffer,
  ).toBe(true);
});
