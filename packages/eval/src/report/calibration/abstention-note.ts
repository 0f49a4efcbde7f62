import type { Calibration } from "../../calibration/calibration.ts";
import type { Abstention } from "../../calibration/decisions/abstention.ts";
import type { Direction, MetricValue } from "../../retrieval/evaluation.ts";
import {
  countOf,
  directionNames,
  directions,
  formatCount,
  formatPercent,
  formatScore,
} from "../format.ts";
import { type Markup, markup } from "../markup.ts";

/** When a search answers “no good match”, and how often it is wrong about that; or why nobody knows. */
export function abstentionNote(
  abstention: Readonly<Record<Direction, Abstention>> | undefined,
  { rule }: Calibration["sampling"],
): Markup {
  if (abstention === undefined) {
    const reason =
      rule === "listed"
        ? "a list of pairs does not show it"
        : "too few queries were measured to show it";
    return markup`<p>Below which score a search should answer “no good match” is not known: ${reason}.</p>`;
  }
  return markup`<h3>No good match</h3>
<p>A search that may abstain gives no answer where its best score is too low. This was measured on the pairs of the calibration; among more candidates more wrong ones come above the limit.</p>
<ul>${directions.map((direction) => sentence(direction, abstention[direction]))}</ul>`;
}

function sentence(direction: Direction, abstention: Abstention): Markup {
  const { threshold, probability, gallery, falseAlarms, falseAlarmRate, answered } = abstention;
  const asProbability =
    probability === undefined ? "" : ` (probability ${formatScore(probability, 3)})`;
  const noun = direction === "t2i" ? "image" : "text";
  const against = gallery === undefined ? "" : `, measured against ${countOf(gallery, noun)}`;
  return markup`<li><b>${directionNames[direction]}</b>: no answer below a score of ${formatScore(threshold, 3)}${asProbability}${against}. Of ${formatCount(falseAlarms.n)} queries whose targets were removed ${shareWithInterval(falseAlarms)} still get an answer, where ${formatPercent(falseAlarmRate)} were allowed; with their targets in place ${shareWithInterval(answered)} keep theirs.</li>`;
}

function shareWithInterval({ value, ci95 }: MetricValue): string {
  const interval = ci95?.map(formatPercent).join(" to ");
  return `${formatPercent(value)}${interval === undefined ? "" : ` (95 % interval ${interval})`}`;
}
