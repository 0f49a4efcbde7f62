import type { Embeddings, IndexedItem, Metadata } from "@semblance/core";

/** What stands in an occupied slot. */
export interface SlotEntry {
  readonly id: string;
  readonly metadata?: Metadata;
}

/**
 * Vectors in one growing block of memory. An item keeps its slot until it is removed; the slot is
 * then empty and given to the next new item, so that nothing else ever moves.
 */
export interface VectorSlots {
  readonly count: number;
  /** Copies the item in, over the one with the same id if there is one. */
  put(item: IndexedItem): void;
  /** A copy of the item. */
  get(id: string): IndexedItem | undefined;
  /** Whether there was such an item. */
  remove(id: string): boolean;
  /** All slots as rows, empty ones too; a view that the next change may outdate. */
  view(): Embeddings;
  /** What is in a slot; `undefined` for an empty one. */
  entryOf(slot: number): SlotEntry | undefined;
}

/** Slots for vectors of `dimension` values; 1,024 of them to begin with, then twice as many each time. */
export function createVectorSlots(dimension: number): VectorSlots {
  let data = new Float32Array(1024 * dimension);
  const entries: (SlotEntry | undefined)[] = [];
  const slots = new Map<string, number>();
  const empty: number[] = [];

  function claimSlot(): number {
    const slot = empty.pop() ?? entries.length;
    if ((slot + 1) * dimension <= data.length) return slot;
    const larger = new Float32Array(data.length * 2);
    larger.set(data);
    data = larger;
    return slot;
  }

  return {
    get count() {
      return slots.size;
    },
    put({ id, vector, metadata }) {
      const slot = slots.get(id) ?? claimSlot();
      slots.set(id, slot);
      entries[slot] = metadata === undefined ? { id } : { id, metadata: { ...metadata } };
      data.set(vector, slot * dimension);
    },
    get(id) {
      const slot = slots.get(id);
      const entry = slot === undefined ? undefined : entries[slot];
      if (slot === undefined || entry === undefined) return undefined;
      return { ...copyEntry(entry), vector: data.slice(slot * dimension, (slot + 1) * dimension) };
    },
    remove(id) {
      const slot = slots.get(id);
      if (slot === undefined) return false;
      slots.delete(id);
      entries[slot] = undefined;
      empty.push(slot);
      return true;
    },
    view() {
      const count = entries.length;
      return { data: data.subarray(0, count * dimension), count, dimension };
    },
    entryOf: (slot) => entries[slot],
  };
}

/** The same, with metadata of its own, so that a caller who changes it changes nothing here. */
export function copyEntry({ id, metadata }: SlotEntry): SlotEntry {
  return metadata === undefined ? { id } : { id, metadata: { ...metadata } };
}
