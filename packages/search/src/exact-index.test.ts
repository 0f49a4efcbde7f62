import { IndexError, type IndexedItem, toEmbeddings, type VectorIndex } from "@semblance/core";
import { vectorIndexCases } from "@semblance/core/conformance";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createExactIndex } from "./exact-index.ts";

const east = toEmbeddings(Float32Array.of(1, 0), 2);

function item(id: string, x: number, metadata?: IndexedItem["metadata"]): IndexedItem {
  const vector = Float32Array.of(x, 1);
  return metadata === undefined ? { id, vector } : { id, vector, metadata };
}

async function indexOf(...items: IndexedItem[]): Promise<VectorIndex> {
  const index = createExactIndex({ dimension: 2, towerId: "tower" });
  await index.upsert(items);
  return index;
}

async function idsFor(index: VectorIndex, topK: number): Promise<string[]> {
  const [hits = []] = await index.query(east, { topK });
  return hits.map(({ id }) => id);
}

describe("conformance", () => {
  for (const { name, run } of vectorIndexCases(async (setting) => createExactIndex(setting))) {
    test(name, run);
  }
});

describe("order", () => {
  const scoredItems = fc.uniqueArray(fc.tuple(fc.string({ maxLength: 3 }), fc.nat(3)), {
    selector: ([id]) => id,
    maxLength: 40,
  });

  test("is that of a full sort by score, then by id, for every k, whatever the order of insertion", async () => {
    await fc.assert(
      fc.asyncProperty(scoredItems, fc.integer({ min: 1, max: 45 }), async (scored, k) => {
        await using index = await indexOf(...scored.map(([id, score]) => item(id, score)));
        const sorted = scored.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
        expect(await idsFor(index, k)).toEqual(sorted.slice(0, k).map(([id]) => id));
      }),
      { seed: 1 },
    );
  });

  test("stays that of the items left after deletions and returns", async () => {
    await using index = await indexOf(item("a", 3), item("b", 2), item("c", 1));
    await index.delete(["a", "b"]);
    await index.upsert([item("d", 0), item("a", -1)]);
    expect(await idsFor(index, 9)).toEqual(["c", "d", "a"]);
    expect(await index.count()).toBe(3);
  });

  test("holds for more items than the index has room for at first", async () => {
    const items = Array.from({ length: 3000 }, (_, i) => item(String(i), i));
    await using index = await indexOf(...items);
    expect(await idsFor(index, 2)).toEqual(["2999", "2998"]);
    expect((await index.get(["0"]))[0]?.vector).toEqual(Float32Array.of(0, 1));
  });
});

describe("items", () => {
  test("are copied in and out", async () => {
    const vector = Float32Array.of(1, 0);
    const metadata = { place: "sea" };
    await using index = await indexOf({ id: "a", vector, metadata });
    vector[0] = 7;
    metadata.place = "city";
    const [found] = await index.get(["a"]);
    found?.vector.fill(9);
    const again = { id: "a", vector: Float32Array.of(1, 0), metadata: { place: "sea" } };
    expect(await index.get(["a"])).toEqual([again]);
  });

  test("before a refused one are stored, and the refused one is named", async () => {
    await using index = await indexOf();
    const bad = { id: "bad", vector: Float32Array.of(1, Number.NaN) };
    const upsert = index.upsert([item("a", 1), bad, item("c", 1)]);
    await expect(upsert).rejects.toMatchObject({
      code: "VECTOR_NOT_FINITE",
      message: 'Expected finite values, found NaN in item "bad".',
    });
    expect(await idsFor(index, 9)).toEqual(["a"]);
  });

  test("lose their metadata when they are replaced without", async () => {
    await using index = await indexOf(item("a", 1, { year: 1 }));
    await index.upsert([item("a", 1)]);
    expect(await index.query(east, { topK: 1 })).toEqual([[{ id: "a", score: 1 }]]);
  });

  test("can come as a stream, which an abort ends", async () => {
    const controller = new AbortController();
    async function* stream() {
      yield item("a", 1);
      controller.abort(new Error("enough"));
      yield item("b", 1);
    }
    await using index = await indexOf();
    const upsert = index.upsert(stream(), { signal: controller.signal });
    await expect(upsert).rejects.toThrow("enough");
    expect(await index.count()).toBe(1);
  });

  test("of another dimension are refused", async () => {
    await using index = await indexOf();
    const upsert = index.upsert([{ id: "a", vector: Float32Array.of(1) }]);
    await expect(upsert).rejects.toMatchObject({ code: "DIMENSION_MISMATCH" });
  });
});

describe("query", () => {
  test("gives nothing for an empty index, and for no queries", async () => {
    await using index = await indexOf();
    expect(await index.query(east, { topK: 3 })).toEqual([[]]);
    expect(await index.query(toEmbeddings(new Float32Array(0), 2), { topK: 3 })).toEqual([]);
  });

  test("finds the best that pass the filter, however few", async () => {
    const items = Array.from({ length: 50 }, (_, i) => item(`i${i}`, i, { year: i % 25 }));
    await using index = await indexOf(...items);
    const filter = { field: "year", op: "eq", value: 3 } as const;
    const [hits = []] = await index.query(east, { topK: 5, filter });
    expect(hits).toEqual([
      { id: "i28", score: 28, metadata: { year: 3 } },
      { id: "i3", score: 3, metadata: { year: 3 } },
    ]);
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses topK %d", async (topK) => {
    await using index = await indexOf(item("a", 1));
    const message = `topK must be a positive integer, found ${topK}.`;
    await expect(index.query(east, { topK })).rejects.toThrow(new RangeError(message));
  });

  test("refuses queries of another dimension or that are not finite, naming the row", async () => {
    await using index = await indexOf(item("a", 1));
    const short = toEmbeddings(Float32Array.of(1), 1);
    const infinite = toEmbeddings(Float32Array.of(1, 0, Number.POSITIVE_INFINITY, 0), 2);
    await expect(index.query(short, { topK: 1 })).rejects.toMatchObject({
      code: "DIMENSION_MISMATCH",
    });
    await expect(index.query(infinite, { topK: 1 })).rejects.toThrow("Infinity in query row 1");
  });
});

describe("a long query", () => {
  const many = toEmbeddings(new Float32Array(2 * 3000).fill(1), 2);
  const items = Array.from({ length: 1000 }, (_, i) => item(String(i), i));

  test("reports progress, lets timers run and ends when it is aborted in between", async () => {
    await using index = await indexOf(...items);
    const controller = new AbortController();
    const done: number[] = [];
    setTimeout(() => controller.abort(new Error("enough")), 0);
    const query = index.query(many, {
      topK: 1,
      signal: controller.signal,
      onProgress: (progress) => done.push(progress.done),
    });
    await expect(query).rejects.toThrow("enough");
    expect(done[0]).toBeLessThan(3000);
  });

  test("sees deletions that happen meanwhile, and rejects when the index closes", async () => {
    const index = await indexOf(...items);
    const query = index.query(many, { topK: 1 });
    await index.delete(["999"]);
    const hits = await query;
    expect([hits[0]?.[0]?.id, hits[2999]?.[0]?.id]).toEqual(["999", "998"]);
    const another = index.query(many, { topK: 1 });
    await index[Symbol.asyncDispose]();
    await expect(another).rejects.toMatchObject({ code: "CLOSED" });
  });
});

describe("lifetime", () => {
  test("ends with disposal, after which every call is refused", async () => {
    const index = await indexOf(item("a", 1));
    await index[Symbol.asyncDispose]();
    await index[Symbol.asyncDispose]();
    const calls = [
      () => index.upsert([]),
      () => index.get(["a"]),
      () => index.delete(["a"]),
      () => index.count(),
      () => index.flush(),
      () => index.query(east, { topK: 1 }),
    ];
    for (const call of calls) {
      const error = await call().catch((reason: unknown) => reason);
      expect(IndexError.isInstance(error) && error.code).toBe("CLOSED");
    }
  });

  test("does not begin without a dimension", () => {
    const create = () => createExactIndex({ dimension: 0, towerId: "tower" });
    expect(create).toThrow(new RangeError("dimension must be a positive integer, found 0."));
  });
});
