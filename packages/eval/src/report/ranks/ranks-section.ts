import { directionNames, directions, formatCount, formatPercent } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { ReportInput } from "../report-input.ts";
import { section } from "../section.ts";
import { rankHistogram } from "./rank-histogram.ts";
import { type RankCount, type RankRow, rankRows } from "./rank-rows.ts";

/** Where the first right answers stand: a histogram over ranks, and its table. */
export function ranksSection(input: ReportInput): Markup {
  const rows = rankRows(input);
  return section(
    "ranks",
    "Rank of the first right answer",
    markup`${rankHistogram(rows)}<details><summary>As a table</summary>${table(rows)}</details>`,
  );
}

function table(rows: readonly RankRow[]): Markup {
  return markup`<table class="numbers narrow">
<caption>Queries by the rank of their first right answer</caption>
<thead><tr><th scope="col">rank</th>${directions.map((direction) => markup`<th scope="col">${directionNames[direction]}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) =>
      markup`<tr><th scope="row">${row.name}</th>${directions.map((direction) => cell(row[direction]))}</tr>`,
  )}</tbody></table>`;
}

function cell(value: RankCount | undefined): Markup {
  if (value === undefined) return markup`<td></td>`;
  return markup`<td>${formatCount(value.count)} <span class="bounds">${formatPercent(value.share)}</span></td>`;
}
