import type { BrowserData, BrowserQuery } from "../src/report/queries/browser-data.ts";

/** What the controls ask for. */
export interface Choice {
  readonly direction: "t2i" | "i2t";
  /** Only queries whose first right answer stands beyond this rank; 0 for all. */
  readonly beyond: number;
  /** The value asked for of each slice, or -1 for any. */
  readonly slices: readonly number[];
  /** Words that must all occur. */
  readonly search: string;
}

/** Reads the controls. */
export function readChoice(form: HTMLFormElement, slices: number): Choice {
  const values = new FormData(form);
  const text = (name: string) => String(values.get(name) ?? "");
  const direction = text("direction") === "i2t" ? "i2t" : "t2i";
  return {
    direction,
    beyond: Number(text("show")),
    slices: Array.from({ length: slices }, (_, i) => Number(text(`slice-${i}`))),
    search: text("search"),
  };
}

/** The queries that fit, worst rank first as they come. */
export function choose(data: BrowserData, choice: Choice): readonly BrowserQuery[] {
  const words = choice.search.toLowerCase().split(/\s+/).filter(Boolean);
  return data.directions[choice.direction].filter((query) => {
    if (query.rank <= choice.beyond) return false;
    const isInSlices = choice.slices.every(
      (wanted, i) => wanted === -1 || query.slices[i] === wanted,
    );
    if (!isInSlices) return false;
    const text = words.length === 0 ? "" : textOf(data, query);
    return words.every((word) => text.includes(word));
  });
}

function textOf(data: BrowserData, { item, right, hits }: BrowserQuery): string {
  const places = [item, ...right.map((answer) => answer.item), ...hits.map((hit) => hit.item)];
  return places.map((place) => data.items[place]?.label.toLowerCase() ?? "").join("\n");
}
