import { expect, test } from "vitest";
import { createResource } from "./resource.ts";

function createCounted() {
  const counts = { loads: 0, closes: 0 };
  const resource = createResource({
    load: async () => ++counts.loads,
    close: async () => {
      counts.closes++;
    },
  });
  return { counts, resource };
}

test("it is loaded once, on first use, also by calls at the same time", async () => {
  const { counts, resource } = createCounted();
  expect(counts.loads).toBe(0);
  expect(await Promise.all([resource.get(), resource.get()])).toEqual([1, 1]);
});

test("closed without use, nothing is loaded, then or later", async () => {
  const { counts, resource } = createCounted();
  await resource.close();
  await expect(resource.get()).rejects.toMatchObject({ code: "CLOSED" });
  expect(counts).toEqual({ loads: 0, closes: 0 });
});

test("closed while it loads, it is closed once there, and whoever waits is told", async () => {
  const { counts, resource } = createCounted();
  const waiting = resource.get();
  const closing = resource.close();
  await expect(waiting).rejects.toMatchObject({ code: "CLOSED" });
  await closing;
  await resource.close();
  expect(counts).toEqual({ loads: 1, closes: 1 });
});

test("a load that failed is reported to each caller, and closing is quiet", async () => {
  const resource = createResource({
    load: () => Promise.reject(new Error("no file")),
    close: async () => {},
  });
  await expect(resource.get()).rejects.toThrow("no file");
  await expect(resource.get()).rejects.toThrow("no file");
  await resource.close();
});
