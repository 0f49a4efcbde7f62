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
  return swatches({ swatch: (series) => mark(series, "7", 7), first, second });
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

/** The legend of bars of both directions, in the order in which they stand. */
export function barLegend(): Markup {
  return swatches({
    swatch: (series) => markup`<rect class="${series}" y="1" width="14" height="12"/>`,
    first: directionNames.t2i,
    second: directionNames.i2t,
  });
}

function swatches(entries: {
  readonly swatch: (series: "first" | "second") => Markup;
  readonly first: string;
  readonly second: string;
}): Markup {
  return markup`<ul class="legend">${(["first", "second"] as const).map(
    (series) =>
      markup`<li><svg class="swatch" width="14" height="14" aria-hidden="true">${entries.swatch(series)}</svg>${entries[series]}</li>`,
  )}</ul>`;
}
