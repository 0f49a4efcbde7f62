import { across, directionLegend, seriesOf } from "../charts/marks.ts";
import { directionNames, directions, formatCount, formatPercent } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { ReportInput } from "../report-input.ts";
import { section } from "../section.ts";
import { binRanks, type RankBin } from "./rank-bins.ts";

interface RankRow {
  readonly name: string;
  readonly bars: readonly {
    readonly direction: "t2i" | "i2t";
    readonly count: number;
    readonly share: number;
  }[];
}

const rowHeight = 44;
const barHeight = 16;
// Leaves room for the number beside the longest bar.
const widest = 0.75;

/** Where the first right answers stand: a histogram over ranks, and its table. */
export function ranksSection(input: ReportInput): Markup {
  const rows = rankRows(input);
  return section(
    "ranks",
    "Rank of the first right answer",
    markup`${histogram(rows)}<details><summary>As a table</summary>${table(rows)}</details>`,
  );
}

function rankRows({ queries, facts }: ReportInput): RankRow[] {
  const { images, texts } = facts.dataset;
  const bins: Record<"t2i" | "i2t", RankBin[]> = {
    t2i: binRanks(queries.t2i.metrics.rank ?? [], images),
    i2t: binRanks(queries.i2t.metrics.rank ?? [], texts),
  };
  const longest = bins.t2i.length > bins.i2t.length ? bins.t2i : bins.i2t;
  return longest.map(({ name }, i) => ({
    name,
    bars: directions.map((direction) => {
      const count = bins[direction][i]?.count ?? 0;
      return { direction, count, share: count / Math.max(1, queries[direction].rows.length) };
    }),
  }));
}

function histogram(rows: readonly RankRow[]): Markup {
  const longest = Math.max(...rows.flatMap(({ bars }) => bars.map(({ share }) => share)), 1e-9);
  return markup`<figure class="chart wide">
<figcaption>Share of the queries by rank; ranks grow logarithmically</figcaption>
${directionLegend()}
<svg class="plot labelled" height="${rows.length * rowHeight}" role="img" aria-labelledby="ranks-title">
<title id="ranks-title">Share of the queries of each direction whose first right answer stands at these ranks; the table below has the numbers.</title>
<line class="baseline" x1="0" x2="0" y1="0" y2="${rows.length * rowHeight}"/>
${rows.map(
  ({ name, bars }, i) =>
    markup`<text class="label" x="-10" y="${i * rowHeight + rowHeight / 2 + 4}">${name}</text>${bars.map(
      (bar, j) => {
        const top = i * rowHeight + 5 + j * (barHeight + 2);
        const width = (bar.share / longest) * widest;
        return markup`<rect class="bar ${seriesOf[bar.direction]}" x="0" y="${top}" width="${across(width)}" height="${barHeight}"/><text class="beyond" x="${across(width)}" dx="8" y="${top + 12}">${formatPercent(bar.share)}</text>`;
      },
    )}`,
)}
</svg></figure>`;
}

function table(rows: readonly RankRow[]): Markup {
  return markup`<table class="numbers">
<caption>Queries by the rank of their first right answer</caption>
<thead><tr><th scope="col">rank</th>${directions.map((direction) => markup`<th scope="col">${directionNames[direction]}</th>`)}</tr></thead>
<tbody>${rows.map(
    ({ name, bars }) =>
      markup`<tr><th scope="row">${name}</th>${bars.map(
        ({ count, share }) =>
          markup`<td>${formatCount(count)} <span class="bounds">${formatPercent(share)}</span></td>`,
      )}</tr>`,
  )}</tbody></table>`;
}
