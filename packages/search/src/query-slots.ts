import {
  type Embeddings,
  type Hit,
  type Metadata,
  type QueryOptions,
  scoreRows,
  topK,
  yieldToEventLoop,
} from "@semblance/core";
import { checkPositiveInteger, checkVectors } from "./check-vectors.ts";
import { compileFilter, type MatchesFilter } from "./compile-filter.ts";
import { copyEntry, type VectorSlots } from "./vector-slots.ts";

/** What {@link querySlots} needs. */
export interface QuerySlotsOptions {
  /** Gives the slots, or throws once they are closed; asked again before every block. */
  readonly open: () => VectorSlots;
  readonly dimension: number;
  readonly vectors: Embeddings;
  readonly options: QueryOptions;
}

// Scores in memory at once: 2 MB.
const blockScores = 2 ** 19;

/** Answers the queries block by block, each block from the slots as they are at its time. */
export async function querySlots(query: QuerySlotsOptions): Promise<Hit[][]> {
  const { open, dimension, vectors } = query;
  const { filter, signal, onProgress, topK: k } = query.options;
  checkPositiveInteger("topK", k);
  checkVectors({ vectors, dimension, describe: (row) => `query row ${row}` });
  const matches = filter && compileFilter(filter);
  open();
  signal?.throwIfAborted();
  const results: Hit[][] = [];
  while (results.length < vectors.count) {
    if (results.length > 0) await yieldToEventLoop();
    signal?.throwIfAborted();
    const slots = open();
    const from = results.length;
    const perBlock = Math.max(1, Math.floor(blockScores / Math.max(1, slots.view().count)));
    const to = Math.min(from + perBlock, vectors.count);
    results.push(...searchBlock({ slots, queries: vectors, from, to, matches, k }));
    onProgress?.({ stage: "searching", done: to, total: vectors.count, unit: "queries" });
  }
  return results;
}

interface Block {
  readonly slots: VectorSlots;
  readonly queries: Embeddings;
  readonly from: number;
  readonly to: number;
  readonly matches: MatchesFilter | undefined;
  readonly k: number;
}

function searchBlock({ slots, queries, from, to, matches, k }: Block): Hit[][] {
  const gallery = slots.view();
  const candidates = candidateSlots(slots, matches);
  const compareIds = (a: number, b: number) =>
    compareCodeUnits(idOf(slots, candidates[a]), idOf(slots, candidates[b]));
  const scores = scoreRows({ queries, from, to, gallery });
  return Array.from({ length: to - from }, (_, i) => {
    const start = i * gallery.count;
    const own = gather(scores.subarray(start, start + gallery.count), candidates);
    return Array.from(topK(own, k, compareIds), (candidate) => {
      const { id, ...known } = copyEntry(slots.entryOf(candidates[candidate] ?? 0) ?? { id: "" });
      return { id, score: own[candidate] ?? 0, ...known };
    });
  });
}

const nothingKnown: Metadata = {};

function candidateSlots(slots: VectorSlots, matches: MatchesFilter | undefined): Uint32Array {
  const { count } = slots.view();
  const candidates = new Uint32Array(count);
  let found = 0;
  for (let slot = 0; slot < count; slot++) {
    const entry = slots.entryOf(slot);
    if (entry === undefined) continue;
    if (matches?.(entry.metadata ?? nothingKnown) ?? true) candidates[found++] = slot;
  }
  return candidates.subarray(0, found);
}

function gather(scores: Float32Array, positions: Uint32Array): Float32Array {
  const gathered = new Float32Array(positions.length);
  for (let i = 0; i < positions.length; i++) gathered[i] = scores[positions[i] ?? 0] ?? 0;
  return gathered;
}

function idOf(slots: VectorSlots, slot: number | undefined): string {
  return slots.entryOf(slot ?? 0)?.id ?? "";
}

// String comparison in JavaScript is by UTF-16 code unit already.
function compareCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
