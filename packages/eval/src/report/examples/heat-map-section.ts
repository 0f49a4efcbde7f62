import { formatScore } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { BrowserItem } from "../queries/browser-data.ts";
import { section } from "../section.ts";

/** A square of texts and images and how alike each is to each. */
export interface HeatMap {
  /** The rows. */
  readonly texts: readonly BrowserItem[];
  /** The columns. */
  readonly images: readonly BrowserItem[];
  /** `[texts, images]`. */
  readonly cells: readonly (readonly HeatMapCell[])[];
  readonly similarity: "cosine" | "dot";
}

/** One pair. */
export interface HeatMapCell {
  readonly score: number;
  /** Whether the image is right for the text. */
  readonly isRight: boolean;
}

/** Shades, from the lowest score to the highest; the style sheet has as many. */
const shades = 8;

/** The similarity matrix of a few pairs; says why, where there is none. */
export function heatMapSection(heatMap: HeatMap | undefined): Markup {
  const body =
    heatMap === undefined
      ? markup`<p>There are no vectors to compare here.</p>`
      : markup`<p>Pairs drawn evenly from the data. The image of each row’s text is in the framed cell: the stronger it is against its row and its column, the better the model tells the pair apart.</p>${table(heatMap)}`;
  return section("examples", "Similarity of examples", body);
}

function table({ texts, images, cells, similarity }: HeatMap): Markup {
  const scores = cells.flat().map(({ score }) => score);
  const lowest = Math.min(...scores);
  const highest = Math.max(...scores);
  const shade = (score: number) =>
    Math.round(((score - lowest) / (highest - lowest || 1)) * (shades - 1));
  const name = similarity === "cosine" ? "cosine similarity" : "dot product";
  return markup`<figure class="chart"><figcaption>${name}, from ${formatScore(lowest)} (faint) to ${formatScore(highest)} (strong)</figcaption>
<div class="scroll" role="region" aria-label="Matrix, scrolls sideways" tabindex="0">
<table class="heat"><caption class="unseen">How alike texts and images are</caption>
<thead><tr><td></td>${images.map((image) => markup`<th scope="col">${picture(image)}</th>`)}</tr></thead>
<tbody>${texts.map(
    (text, i) =>
      markup`<tr><th scope="row"><span class="clamp">${text.label}</span></th>${(
        cells[i] ?? []
      ).map(
        ({ score, isRight }) =>
          markup`<td class="shade-${shade(score)}${isRight ? " right" : ""}">${formatScore(score)}${isRight ? markup`<span class="unseen"> right</span>` : undefined}</td>`,
      )}</tr>`,
  )}</tbody></table></div></figure>`;
}

function picture({ thumbnail, label }: BrowserItem): Markup {
  return thumbnail === undefined
    ? markup`<span class="clamp">${label}</span>`
    : markup`<img src="${thumbnail}" alt="${label}">`;
}
