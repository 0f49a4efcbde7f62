import { toEmbeddings } from "../embedding.ts";
import { IndexError } from "../errors.ts";
import type { IndexedItem, VectorIndex } from "../vector-index.ts";
import { type ConformanceCase, expectSame, expectThat, rejectionOf } from "./conformance-case.ts";

const dimension = 2;
const towerId = "conformance-tower";

// Scores against the query [1, 0] are the first coordinates; b and c tie.
const items: readonly IndexedItem[] = [
  { id: "c", vector: Float32Array.of(0.6, 0.8), metadata: { year: 2021, place: "sea" } },
  { id: "a", vector: Float32Array.of(1, 0), metadata: { year: 2020, place: "sea" } },
  { id: "d", vector: Float32Array.of(-1, 0), metadata: { year: 2023 } },
  { id: "b", vector: Float32Array.of(0.6, -0.8), metadata: { year: 2022, place: "city" } },
];
const query = toEmbeddings(Float32Array.of(1, 0), dimension);

/** What a {@link VectorIndex} under test is made with. */
export interface VectorIndexSetting {
  readonly dimension: number;
  readonly towerId: string;
}

/**
 * The promises of {@link VectorIndex}; those of `filter` and `delete` where it says it can.
 *
 * @param create - A fresh, empty index for every case; it is disposed of afterwards.
 */
export function vectorIndexCases(
  create: (setting: VectorIndexSetting) => Promise<VectorIndex>,
): ConformanceCase[] {
  const withIndex = (name: string, check: (index: VectorIndex) => Promise<void>) => ({
    name,
    run: async () => {
      await using index = await create({ dimension, towerId });
      await index.upsert(items);
      await index.flush();
      await check(index);
    },
  });
  return [...storageCases(withIndex), ...queryCases(withIndex), ...capabilityCases(withIndex)];
}

type WithIndex = (name: string, check: (index: VectorIndex) => Promise<void>) => ConformanceCase;

function storageCases(withIndex: WithIndex): ConformanceCase[] {
  return [
    withIndex("says what it holds", async (index) => {
      expectSame([index.info.dimension, index.info.towerId], [dimension, towerId], "info");
      expectSame(await index.count(), items.length, "count");
    }),
    withIndex("gives items back in the order asked, with gaps for unknown ids", async (index) => {
      const found = await index.get(["d", "nobody", "a"]);
      expectSame(
        found.map((item) => item?.id ?? null),
        ["d", null, "a"],
        "ids",
      );
      expectSame(found[2]?.metadata, { year: 2020, place: "sea" }, "metadata");
      expectSame([...(found[2]?.vector ?? [])], [1, 0], "vector");
    }),
    withIndex("replaces an item whose id is known", async (index) => {
      const { upserted } = await index.upsert([{ id: "a", vector: Float32Array.of(-1, 0) }]);
      expectSame([upserted, await index.count()], [1, items.length], "upserted and count");
      expectSame((await idsOf(index, 1))[0], "b", "the best id after a moved away");
    }),
    withIndex("refuses vectors of another dimension or that are not finite", async (index) => {
      for (const vector of [Float32Array.of(1), Float32Array.of(Number.NaN, 0)]) {
        const found = await rejectionOf(() => index.upsert([{ id: "x", vector }]), "a bad vector");
        expectThat(
          IndexError.isInstance(found),
          `rejected with ${String(found)}, not an IndexError`,
        );
      }
      expectSame(await index.count(), items.length, "count after refusals");
    }),
  ];
}

function queryCases(withIndex: WithIndex): ConformanceCase[] {
  return [
    withIndex("orders hits by score, then by id", async (index) => {
      const [hits = []] = await index.query(query, { topK: 4 });
      expectSame(
        hits.map(({ id }) => id),
        ["a", "b", "c", "d"],
        "ids",
      );
      expectSame(
        hits.map(({ score }) => Math.round(score * 1e4)),
        [1e4, 6e3, 6e3, -1e4],
        "scores · 10⁴",
      );
    }),
    withIndex(
      "gives the top k as the first k of a longer list, and all when k is larger",
      async (index) => {
        const all = await idsOf(index, 99);
        expectSame(all.length, items.length, "hits");
        for (const k of [1, 2, 3]) expectSame(await idsOf(index, k), all.slice(0, k), `top ${k}`);
      },
    ),
    withIndex("answers several queries at once, in order", async (index) => {
      const vectors = toEmbeddings(Float32Array.of(-1, 0, 1, 0), dimension);
      const found = await index.query(vectors, { topK: 1 });
      expectSame(
        found.map((hits) => hits[0]?.id),
        ["d", "a"],
        "best ids",
      );
    }),
    withIndex("rejects with the signal's reason once aborted", async (index) => {
      const reason = new Error("enough");
      const options = { topK: 1, signal: AbortSignal.abort(reason) };
      const found = await rejectionOf(() => index.query(query, options), "an aborted query");
      expectThat(found === reason, `rejected with ${String(found)} instead of the signal's reason`);
    }),
  ];
}

function capabilityCases(withIndex: WithIndex): ConformanceCase[] {
  return [
    withIndex("finds only what passes the filter, where it can filter", async (index) => {
      if (!index.info.capabilities.has("filter")) return;
      const filter = {
        any: [
          { field: "place", op: "eq", value: "city" },
          {
            all: [
              { field: "place", op: "in", value: ["sea"] },
              { field: "year", op: "gt", value: 2020 },
            ],
          },
        ],
      } as const;
      const [hits = []] = await index.query(query, { topK: 9, filter });
      expectSame(
        hits.map(({ id }) => id),
        ["b", "c"],
        "ids",
      );
    }),
    withIndex("forgets deleted items, where it can delete", async (index) => {
      if (!index.info.capabilities.has("delete")) return;
      expectSame(await index.delete(["a", "nobody"]), 1, "deleted");
      expectSame(await idsOf(index, 9), ["b", "c", "d"], "ids left");
    }),
  ];
}

async function idsOf(index: VectorIndex, topK: number): Promise<string[]> {
  const [hits = []] = await index.query(query, { topK });
  return hits.map(({ id }) => id);
}
