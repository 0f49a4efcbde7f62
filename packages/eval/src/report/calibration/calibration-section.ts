import type { Calibration } from "../../calibration/calibration.ts";
import type { ReliabilityOf } from "../../calibration/reliability.ts";
import type { MetricValue } from "../../retrieval/evaluation.ts";
import { figure } from "../figure.ts";
import { formatCount, formatPercent } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { ReportInput } from "../report-input.ts";
import { section } from "../section.ts";
import { abstentionNote } from "./abstention-note.ts";
import { reliabilityChart } from "./reliability-chart.ts";
import { thresholdTable } from "./threshold-table.ts";

/** How far the model's probabilities can be taken at their word; how to calibrate it, where it is not. */
export function calibrationSection(input: ReportInput): Markup {
  const { calibration, calibrationWarning } = input;
  const body = calibration ? calibrated(calibration, input) : uncalibrated(calibrationWarning);
  return section("calibration", "Calibration", body);
}

function uncalibrated(warning = "This model is not calibrated."): Markup {
  return markup`<p>${warning} Its scores are not probabilities, and none of them means “a match” by itself. <code>semblance calibrate -m MODEL -d VAL</code> measures on validation pairs what a score is worth and stores it with the model.</p>`;
}

function calibrated(
  calibration: Calibration,
  { calibratedOn: data, abstention }: ReportInput,
): Markup {
  const { method, sampling, fittedPrior, reliability } = calibration;
  const { before, after } = reliability;
  return markup`<p>Calibrated by <b>${method}</b> on ${formatCount(sampling.positives)} matching and ${formatCount(sampling.negatives)} other pairs${data === undefined ? "" : ` of ${data}`} (${ruleNames[sampling.rule]}), for a share of matches of ${formatShare(fittedPrior)}. Measured at that share, on pairs that the curve was not fitted on.</p>
<div class="beside">${reliabilityChart(before, after)}${qualityTable(before, after)}</div>
${thresholdTable(calibration.thresholds ?? [])}
${abstentionNote(abstention, sampling)}
<details><summary>The points of the diagram as tables</summary>
<div class="beside">${binTable("Before", before)}${binTable("After", after)}</div></details>`;
}

const ruleNames: Readonly<Record<Calibration["sampling"]["rule"], string>> = {
  listed: "the pairs of a list",
  "all-pairs": "every image with every text",
  "sampled-negatives": "every match and a weighted sample of the others",
};

const qualities = [
  { key: "ece", name: "ECE", meaning: "expected calibration error, 0 is best" },
  { key: "brier", name: "Brier", meaning: "mean squared error, 0 is best" },
  { key: "logLoss", name: "log-loss", meaning: "in nats, 0 is best" },
  { key: "slope", name: "slope", meaning: "1 is best, below it is overconfident" },
  { key: "intercept", name: "intercept", meaning: "0 is best" },
] as const;

function qualityTable(before: ReliabilityOf, after: ReliabilityOf): Markup {
  return markup`<table class="numbers">
<caption>Quality of the probabilities, with 95 % intervals</caption>
<thead><tr><th scope="col">measure</th><th scope="col">before</th><th scope="col">after</th></tr></thead>
<tbody>${qualities.map(
    ({ key, name, meaning }) =>
      markup`<tr><th scope="row">${name}<small>${meaning}</small></th><td>${formatQuality(before[key])}</td><td>${formatQuality(after[key])}</td></tr>`,
  )}</tbody></table>`;
}

// A slope is not defined where matches are told from all others.
function formatQuality(quality: MetricValue | undefined): Markup | string {
  return quality ? figure(quality, 4) : "not defined";
}

function binTable(title: string, { name, bins, binning }: ReliabilityOf): Markup {
  const kind = binning.kind === "equal-mass" ? "equal weight" : "equal width";
  return markup`<table class="numbers">
<caption>${title}: ${name}, ${binning.count} bins of ${kind}</caption>
<thead><tr><th scope="col">promised</th><th scope="col">came</th><th scope="col">pairs</th></tr></thead>
<tbody>${bins.map(
    ({ meanProbability, observed, count }) =>
      markup`<tr><td>${meanProbability.toFixed(4)}</td><td>${observed.toFixed(4)}</td><td>${formatCount(count)}</td></tr>`,
  )}</tbody></table>`;
}

function formatShare(share: number): string {
  return share < 0.01 ? `${(share * 100).toPrecision(2)} %` : formatPercent(share);
}
