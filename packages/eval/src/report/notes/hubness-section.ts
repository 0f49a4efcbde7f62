import { directionNames, directions, formatCount, formatPercent, formatScore } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { ReportInput } from "../report-input.ts";
import { section } from "../section.ts";

/** Whether a few items crowd out the others. */
export function hubnessSection({ facts: { hubness, dataset } }: ReportInput): Markup {
  const galleries = { t2i: dataset.images, i2t: dataset.texts };
  return section(
    "hubs",
    "Hubs",
    markup`<p>Hubs are items that very many queries find, whatever they ask for. Counted is how often an item is among the first ${hubness.t2i.k}.</p>
<table class="numbers narrow"><caption>How unevenly items are found</caption>
<thead><tr><th scope="col">measure</th>${directions.map((direction) => markup`<th scope="col">${directionNames[direction]}</th>`)}</tr></thead>
<tbody>
<tr><th scope="row">skewness<small>near 0 without hubs, above 1 with many</small></th>${directions.map((direction) => markup`<td>${formatScore(hubness[direction].skewness)}</td>`)}</tr>
<tr><th scope="row">never found<small>share of the gallery</small></th>${directions.map((direction) => markup`<td>${formatPercent(hubness[direction].antiHubs)}</td>`)}</tr>
<tr><th scope="row">found most often<small>queries that find one item</small></th>${directions.map((direction) => markup`<td>${formatCount(hubness[direction].largest)}</td>`)}</tr>
<tr><th scope="row">gallery<small>items that can be found</small></th>${directions.map((direction) => markup`<td>${formatCount(galleries[direction])}</td>`)}</tr>
</tbody></table>`,
  );
}
