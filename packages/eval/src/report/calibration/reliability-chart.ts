import type { ReliabilityOf } from "../../calibration/reliability.ts";
import { across, legend, mark } from "../charts/marks.ts";
import { type Markup, markup } from "../markup.ts";

const height = 320;
const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** What was promised against what came, before and after calibration. */
export function reliabilityChart(before: ReliabilityOf, after: ReliabilityOf): Markup {
  return markup`<figure class="chart">
<figcaption>Reliability: on the diagonal, probabilities can be taken at their word</figcaption>
${legend(`after: ${after.name}`, `before: ${before.name}`)}
<svg class="plot square" height="${height + 44}" role="img" aria-labelledby="reliability-title">
<title id="reliability-title">Share of pairs that match against the probability they were given, before and after calibration; the table below has the numbers.</title>
${ticks.map(gridLines)}
<line class="diagonal" x1="0" y1="${height}" x2="100%" y2="0"/>
<text class="axis" x="50%" y="${height + 38}">mean probability promised</text>
${series(before, "second")}${series(after, "first")}
</svg>
<p class="axis-note">Upwards: the share of pairs that match, 0 to 1.</p></figure>`;
}

function gridLines(tick: number): Markup {
  const x = across(tick);
  const y = height * (1 - tick);
  return markup`<line class="grid" x1="${x}" x2="${x}" y1="0" y2="${height}"/><text class="tick" x="${x}" y="${height + 18}">${tick}</text><line class="grid" x1="0" x2="100%" y1="${y}" y2="${y}"/><text class="label" x="-8" y="${y + 4}">${tick}</text>`;
}

function series({ bins }: ReliabilityOf, name: "first" | "second"): Markup {
  const points = bins.map(({ meanProbability, observed }) => ({
    x: across(meanProbability),
    y: Number((height * (1 - observed)).toFixed(2)),
  }));
  const lines = points.slice(1).map((point, i) => {
    const from = points[i] ?? point;
    return markup`<line class="link ${name}" x1="${from.x}" y1="${from.y}" x2="${point.x}" y2="${point.y}"/>`;
  });
  return markup`${lines}${points.map(({ x, y }) => mark(name, x, y))}`;
}
