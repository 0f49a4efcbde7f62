import type {
  ChosenThreshold,
  ThresholdTarget,
} from "../../calibration/decisions/chosen-threshold.ts";
import { figure } from "../figure.ts";
import { formatPercent, formatScore } from "../format.ts";
import { type Markup, markup } from "../markup.ts";

/** From which score on a pair counts as a match, by what that should reach. */
export function thresholdTable(thresholds: readonly ChosenThreshold[]): Markup | undefined {
  if (thresholds.length === 0) return undefined;
  return markup`<div class="scroll" role="region" aria-label="Thresholds" tabindex="0"><table class="numbers">
<caption>What counts as a match, and what that reaches on the pairs it was chosen on</caption>
<thead><tr><th scope="col">target</th><th scope="col">score from</th><th scope="col">probability from</th><th scope="col">precision</th><th scope="col">recall</th><th scope="col">F1</th></tr></thead>
<tbody>${thresholds.map(
    ({ target, threshold, probability, precision, recall, f1 }) =>
      markup`<tr><th scope="row">${nameOf(target)}</th><td>${formatScore(threshold, 3)}</td><td>${probability?.toFixed(3)}</td><td>${figure(precision)}</td><td>${figure(recall)}</td><td>${figure(f1)}</td></tr>`,
  )}</tbody></table></div>`;
}

function nameOf(target: ThresholdTarget): string {
  if ("precision" in target) return `precision ${formatPercent(target.precision)}`;
  if ("recall" in target) return `recall ${formatPercent(target.recall)}`;
  return "highest F1";
}
