import { across, directionLegend, mark, seriesOf } from "../charts/marks.ts";
import { directions } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import { familyOf, type MetricRow } from "./metric-rows.ts";

const rowHeight = 28;
const axisHeight = 44;
const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** Every metric in [0, 1] as a dot per direction, with its interval as a line. */
export function metricPlot(rows: readonly MetricRow[]): Markup {
  const shares = rows.filter(({ isShare }) => isShare);
  const bottom = shares.length * rowHeight;
  return markup`<figure class="chart">
<figcaption>Value with its 95 % interval, by direction</figcaption>
${directionLegend()}
<svg class="plot labelled" height="${bottom + axisHeight}" role="img" aria-labelledby="metric-plot-title">
<title id="metric-plot-title">Metrics from 0 to 1 in both directions, with 95 % intervals; the table beside it has the numbers.</title>
${ticks.map((tick) => gridLine(tick, bottom))}
<text class="axis" x="50%" y="${bottom + 38}">value, 0 to 1</text>
${shares.map((row, i) => plotRow(row, i, shares))}
</svg></figure>`;
}

function gridLine(tick: number, bottom: number): Markup {
  const x = across(tick);
  return markup`<line class="grid" x1="${x}" x2="${x}" y1="0" y2="${bottom}"/><text class="tick" x="${x}" y="${bottom + 18}">${tick}</text>`;
}

function plotRow(row: MetricRow, place: number, rows: readonly MetricRow[]): Markup {
  const y = place * rowHeight + rowHeight / 2;
  const before = rows[place - 1];
  const isNewFamily = before !== undefined && familyOf(before.name) !== familyOf(row.name);
  const rule = y - rowHeight / 2;
  return markup`${isNewFamily ? markup`<line class="grid" x1="0" x2="100%" y1="${rule}" y2="${rule}"/>` : undefined}
<text class="label" x="-10" y="${y + 4}">${row.name}</text>${directions.map((direction) => {
    const metric = row[direction];
    if (metric === undefined) return undefined;
    const height = y + (direction === "t2i" ? -6 : 6);
    const [low, high] = metric.ci95 ?? [metric.value, metric.value];
    return markup`<line class="interval ${seriesOf[direction]}" x1="${across(low)}" x2="${across(high)}" y1="${height}" y2="${height}"/>${mark(seriesOf[direction], across(metric.value), height)}`;
  })}`;
}
