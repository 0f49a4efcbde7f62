import { expect, test } from "vitest";
import type { Dataset, DatasetReader } from "../dataset.ts";
import { rowOf, toEmbeddings } from "../embedding.ts";
import { ConformanceError, DatasetError, IndexError } from "../errors.ts";
import { scoreRows } from "../scoring/score-rows.ts";
import { topK } from "../scoring/top-k.ts";
import type { IndexedItem, VectorIndex } from "../vector-index.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import { datasetReaderCases } from "./dataset-reader-cases.ts";
import { vectorIndexCases } from "./vector-index-cases.ts";

async function brokenPromises(cases: readonly ConformanceCase[]): Promise<string[]> {
  const broken: string[] = [];
  for (const { name, run } of cases) {
    await run().catch((error: unknown) => {
      if (!ConformanceError.isInstance(error)) throw error;
      broken.push(name);
    });
  }
  return broken;
}

/** The smallest index that keeps the contract, with the order of ties left open. */
function createArrayIndex(
  setting: { dimension: number; towerId: string },
  order: "by id" | "by insertion",
): VectorIndex {
  const stored = new Map<string, IndexedItem>();
  return {
    info: { ...setting, exact: true, capabilities: new Set(["delete"]) },
    async upsert(items) {
      let upserted = 0;
      for await (const item of items) {
        if (item.vector.length !== setting.dimension || !item.vector.every(Number.isFinite)) {
          throw new IndexError({ code: "DIMENSION_MISMATCH", message: `Cannot store ${item.id}.` });
        }
        stored.set(item.id, item);
        upserted++;
      }
      return { upserted };
    },
    get: async (ids) => ids.map((id) => stored.get(id)),
    delete: async (ids) => ids.filter((id) => stored.delete(id)).length,
    count: async () => stored.size,
    flush: async () => {},
    async query(queries, { topK: k, signal }) {
      signal?.throwIfAborted();
      const items = [...stored.values()];
      if (order === "by id") items.sort((a, b) => (a.id < b.id ? -1 : 1));
      const data = Float32Array.from(items.flatMap((item) => [...item.vector]));
      const gallery = toEmbeddings(data, setting.dimension);
      return Array.from({ length: queries.count }, (_, i) => {
        const query = toEmbeddings(rowOf(queries, i), setting.dimension);
        const scores = scoreRows({ queries: query, gallery });
        return Array.from(topK(scores, k), (row) => ({
          id: items[row]?.id ?? "",
          score: scores[row] ?? 0,
        }));
      });
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

test("a plain index keeps every promise of an index", async () => {
  const cases = vectorIndexCases(async (setting) => createArrayIndex(setting, "by id"));
  expect(await brokenPromises(cases)).toEqual([]);
});

test("an index that leaves ties in order of insertion is found out", async () => {
  const cases = vectorIndexCases(async (setting) => createArrayIndex(setting, "by insertion"));
  expect(await brokenPromises(cases)).toContain("orders hits by score, then by id");
});

function createReader(texts: readonly string[]): DatasetReader {
  const dataset: Dataset = {
    name: "two",
    splits: [],
    hash: "0",
    failures: [],
    async *items(modality) {
      const ids = modality === "image" ? ["a.jpg"] : texts;
      for (const id of ids) yield { id, content: [id], metadata: {} };
    },
    async *judgements() {
      for (const text of texts) yield { text, image: "a.jpg", relevance: 1 };
    },
  };
  return {
    name: "fixed",
    sniff: async (source) => source === "own",
    read: async (source) => {
      if (source === "own") return dataset;
      throw new DatasetError({ code: "FILE_NOT_FOUND", message: `Nothing at ${source}.` });
    },
  };
}

const readerFixture = { source: "own", foreign: "foreign", missing: "missing" };

test("a plain reader keeps every promise of a reader", async () => {
  const cases = datasetReaderCases(() => createReader(["a dog", "a cat"]), readerFixture);
  expect(await brokenPromises(cases)).toEqual([]);
});

test("a reader that gives an item twice is found out", async () => {
  const cases = datasetReaderCases(() => createReader(["a dog", "a dog"]), readerFixture);
  expect(await brokenPromises(cases)).toEqual([
    "gives every image and text once, and the same again when asked again",
  ]);
});
