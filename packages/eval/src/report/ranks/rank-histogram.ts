import { across, barLegend, seriesOf } from "../charts/marks.ts";
import { directions, formatPercent } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { RankCount, RankRow } from "./rank-rows.ts";

const rowHeight = 44;
const barHeight = 16;
// Leaves room for the number beside the longest bar.
const widest = 0.75;

/** Ranks on a logarithmic scale downwards, and how many queries stand there, as bars. */
export function rankHistogram(rows: readonly RankRow[]): Markup {
  const shares = rows.flatMap(({ t2i, i2t }) => [t2i?.share ?? 0, i2t?.share ?? 0]);
  const longest = Math.max(...shares) || 1;
  const height = rows.length * rowHeight;
  return markup`<figure class="chart wide">
<figcaption>Share of the queries by rank; the ranks downwards grow logarithmically</figcaption>
${barLegend()}
<svg class="plot labelled" height="${height}" role="img" aria-labelledby="ranks-title">
<title id="ranks-title">Share of the queries of each direction whose first right answer stands at these ranks; the table below has the numbers.</title>
<line class="baseline" x1="0" x2="0" y1="0" y2="${height}"/>
${rows.map((row, i) => bars(row, i * rowHeight, longest))}
</svg></figure>`;
}

function bars(row: RankRow, top: number, longest: number): Markup {
  return markup`<text class="label" x="-10" y="${top + rowHeight / 2 + 4}">${row.name}</text>${directions.map(
    (direction, i) =>
      bar(row[direction], seriesOf[direction], {
        y: top + 5 + i * (barHeight + 2),
        longest,
      }),
  )}`;
}

function bar(
  value: RankCount | undefined,
  series: "first" | "second",
  { y, longest }: { readonly y: number; readonly longest: number },
): Markup | undefined {
  if (value === undefined) return undefined;
  const width = across((value.share / longest) * widest);
  return markup`<rect class="${series}" x="0" y="${y}" width="${width}" height="${barHeight}"/><text class="beyond" x="${width}" dx="8" y="${y + 12}">${formatPercent(value.share)}</text>`;
}
