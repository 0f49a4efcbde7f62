import type { Item } from "@semblance/core";

/** A property of queries with few values, and the value of each item that was asked about. */
export interface Slice {
  readonly name: string;
  readonly values: readonly string[];
  /** Place in `values` of an item's value, or -1 for none. */
  readonly placeOf: (item: Item, modality: "image" | "text") => number;
}

const mostValues = 20;
const lengths = [
  { upTo: 5, name: "up to 5 words" },
  { upTo: 10, name: "6 to 10 words" },
  { upTo: 15, name: "11 to 15 words" },
  { upTo: Number.POSITIVE_INFINITY, name: "16 words and more" },
];

/** By the number of words of a text. */
export const lengthSlice: Slice = {
  name: "Caption length",
  values: lengths.map(({ name }) => name),
  placeOf: (item, modality) => {
    if (modality === "image") return -1;
    const words = item.content.join(" ").match(/\S+/g)?.length ?? 0;
    return lengths.findIndex(({ upTo }) => words <= upTo);
  },
};

/** By each of the user's columns that has between 2 and 20 values. */
export function columnSlices(items: readonly Item[]): Slice[] {
  const columns = new Map<string, Set<string>>();
  for (const { metadata } of items) {
    for (const [name, value] of Object.entries(metadata)) {
      const values = columns.get(name) ?? new Set();
      if (values.size <= mostValues) values.add(String(value));
      columns.set(name, values);
    }
  }
  const few = [...columns].filter(([, values]) => values.size > 1 && values.size <= mostValues);
  return few.map(([name, found]) => {
    const values = [...found].sort();
    return { name, values, placeOf: ({ metadata }) => values.indexOf(String(metadata[name])) };
  });
}
