import { expect, test } from "vitest";
import { createVectorSlots } from "./vector-slots.ts";

test("a removed item's slot goes to the next new item, and no other item moves", () => {
  const slots = createVectorSlots(1);
  for (const id of ["a", "b", "c"]) slots.put({ id, vector: Float32Array.of(1) });
  expect([slots.remove("b"), slots.remove("b")]).toEqual([true, false]);
  expect(slots.entryOf(1)).toBeUndefined();
  slots.put({ id: "d", vector: Float32Array.of(7) });
  expect(Array.from(slots.view().data)).toEqual([1, 7, 1]);
  expect([0, 1, 2].map((slot) => slots.entryOf(slot)?.id)).toEqual(["a", "d", "c"]);
});

test("memory grows by doubling and keeps what is there", () => {
  const slots = createVectorSlots(1);
  for (let i = 0; i < 1025; i++) slots.put({ id: String(i), vector: Float32Array.of(i) });
  expect(slots.view().data.buffer.byteLength).toBe(4 * 2048);
  expect(Array.from(slots.view().data.subarray(1022))).toEqual([1022, 1023, 1024]);
});
