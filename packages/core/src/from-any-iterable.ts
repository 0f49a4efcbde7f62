import type { AnyIterable } from "./any-iterable.ts";

/**
 * Walks a list or stream, item by item, until `signal` aborts.
 *
 * @throws `signal.reason` once aborted; TypeError for a lone string or anything not iterable.
 */
export async function* fromAnyIterable<T>(
  items: AnyIterable<T>,
  signal?: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  if (typeof items !== "object" || items === null || !isIterable(items)) {
    throw new TypeError(
      `Expected an array or an iterable of items, found ${describe(items)}. Wrap a single item in an array: [item].`,
    );
  }
  for await (const item of items) {
    signal?.throwIfAborted();
    yield item;
  }
}

function isIterable(value: object): boolean {
  return Symbol.iterator in value || Symbol.asyncIterator in value;
}

function describe(value: unknown): string {
  if (typeof value === "string") return `the string ${JSON.stringify(value.slice(0, 40))}`;
  return value === null ? "null" : `a value of type ${typeof value}`;
}
