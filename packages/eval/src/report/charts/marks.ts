import type { Direction } from "../../retrieval/evaluation.ts";
import { directionNames } from "../format.ts";
import { type Markup, markup } from "../markup.ts";

// Charts stretch with the page while their text does not: x is in per cent, y in pixels.

/** A share in [0, 1] as an x position. */
export function across(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`;
}

/** A mark that tells series apart by its shape and not by colour alone. */
export function mark(series: "first" | "second", x: string, y: number): Markup {
  return series === "first"
    ? markup`<circle class="mark first" cx="${x}" cy="${y}" r="4.5"/>`
    : markup`<svg class="loose" x="${x}" y="${y}"><path class="mark second" d="M0-6 6 0 0 6-6 0Z"/></svg>`;
}

/** What the marks stand for. */
export function legend(first: string, second: string): Markup {
  const entry = (series: "first" | "second", name: string) =>
    markup`<li><svg class="swatch" width="14" height="14" aria-hidden="true">${mark(series, "7", 7)}</svg>${name}</li>`;
  return markup`<ul class="legend">${entry("first", first)}${entry("second", second)}</ul>`;
}

/** The mark of a direction. */
export const seriesOf: Readonly<Record<Direction, "first" | "second">> = {
  t2i: "first",
  i2t: "second",
};

/** The legend of charts of both directions. */
export function directionLegend(): Markup {
  return legend(directionNames.t2i, directionNames.i2t);
}
