import { expect, test } from "vitest";
import { fromAnyIterable } from "./from-any-iterable.ts";

test("walks arrays, iterables and streams alike", async () => {
  const stream = (async function* () {
    yield "c";
  })();
  const found: string[] = [];
  for (const items of [["a"], new Set(["b"]), stream]) {
    for await (const item of fromAnyIterable(items)) found.push(item);
  }
  expect(found).toEqual(["a", "b", "c"]);
});

test("refuses a lone string and shows how to wrap it", async () => {
  const lone = "a dog" as unknown as string[];
  await expect(fromAnyIterable(lone).next()).rejects.toThrow("Wrap a single item in an array");
});
