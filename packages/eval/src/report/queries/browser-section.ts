import type { Direction } from "../../retrieval/evaluation.ts";
import { directionNames, directions, formatCount } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import { section } from "../section.ts";
import type { BrowserData } from "./browser-data.ts";
import type { ChosenQueries } from "./choose-queries.ts";

/** Where the script of the page shows queries: its controls, and what it needs to fill them. */
export function browserSection(
  data: Omit<BrowserData, "items" | "directions">,
  chosen: Readonly<Record<Direction, ChosenQueries>>,
): Markup {
  return section(
    "queries",
    "Queries, one by one",
    markup`<p>${directions.map((direction) => holding(direction, chosen[direction]))}“Wrong” means: not listed as right in the data.</p>
<noscript><p>Queries are shown by a script, which is switched off here.</p></noscript>
<form id="controls" hidden aria-label="Choose queries">
<fieldset><legend>Direction</legend>${directions.map(
      (direction, i) =>
        markup`<label><input type="radio" name="direction" value="${direction}"${i === 0 ? markup` checked` : undefined}> ${directionNames[direction]}</label>`,
    )}</fieldset>
<label>Show <select name="show"><option value="0">all queries</option>${data.cutoffs.map(
      (k, i) =>
        markup`<option value="${k}"${i === 0 ? markup` selected` : undefined}>right answer not in the first ${k}</option>`,
    )}</select></label>
${data.slices.map(
  ({ direction, name, values }, i) =>
    markup`<label data-direction="${direction}">${name} <select name="slice-${i}"><option value="-1">any</option>${values.map(
      (value, place) => markup`<option value="${place}">${value}</option>`,
    )}</select></label>`,
)}
<label>Search <input type="search" name="search" placeholder="words in captions and names"></label>
</form>
<p id="found" role="status"></p>
<ol id="cards" tabindex="-1" aria-label="Queries"></ol>
<nav id="pages" hidden aria-label="Pages of queries"><button type="button" id="previous">Previous</button> <span id="page"></span> <button type="button" id="next">Next</button></nav>`,
  );
}

function holding(direction: Direction, chosen: ChosenQueries): Markup {
  const { queries, indices, failures, failuresShown } = chosen;
  const name = directionNames[direction];
  if (indices.length === queries) {
    return markup`${name}: all ${formatCount(queries)} queries are here, ${formatCount(failures)} of them without a right answer in the first place. `;
  }
  return markup`${name}: ${formatCount(failuresShown)} of ${formatCount(failures)} failures at the first place and ${formatCount(indices.length - failuresShown)} of the ${formatCount(queries - failures)} others are here, drawn evenly over their ranks. `;
}
