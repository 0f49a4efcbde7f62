import type { ChosenThreshold, ReliabilityOf } from "@semblance/eval";
import type { ModelCalibration } from "@semblance/matcher";
import { formatTable } from "../display/format-table.ts";
import { wrapText } from "../display/wrap-text.ts";
import { formatShare } from "./describe-probabilities.ts";

type MetricValue = ReliabilityOf["brier"];

/** A calibration for people: what it was made on, how much it helps, and where it lies. */
export function formatCalibration(
  { calibration, data, abstention }: ModelCalibration,
  { name, folder }: { readonly name: string; readonly folder: string },
): string {
  const { method, prior, sampling, reliability, thresholds = [] } = calibration;
  const { before, after, brierSkill } = reliability;
  const rows = (["brier", "logLoss", "ece", "slope", "intercept"] as const).map((metric) => [
    metric,
    formatValue(before[metric]),
    formatValue(after[metric]),
  ]);
  const split = data.split === null ? "" : `, split "${data.split}"`;
  return [
    `${name} on ${data.name}${split}: ${data.images} images, ${data.texts} texts`,
    wrap(
      `${sampling.positives} matches and ${sampling.negatives} other pairs (${sampling.rule}); ${method}, for a share of matches of ${formatShare(prior)}`,
    ),
    "",
    formatTable(["", before.name, after.name], rows),
    "",
    wrap(
      `Brier skill over the base rate ${formatValue(brierSkill.overBaseRate)}, over ${before.name} ${formatValue(brierSkill.overBefore)}`,
    ),
    ...noteOnSkill(brierSkill.overBaseRate),
    ...thresholds.map((threshold) => wrap(formatThreshold(threshold))),
    ...(abstention
      ? [
          wrap(
            `"No good match" below a similarity of ${abstention.t2i.threshold.toFixed(4)} for a text, ${abstention.i2t.threshold.toFixed(4)} for an image: false alarms ${formatValue(abstention.t2i.falseAlarms)} and ${formatValue(abstention.i2t.falseAlarms)}, answered ${formatValue(abstention.t2i.answered)} and ${formatValue(abstention.i2t.answered)}`,
          ),
        ]
      : []),
    "",
    `Stored in ${folder}`,
  ].join("\n");
}

function wrap(text: string): string {
  return wrapText(text, "", "  ");
}

function noteOnSkill({ ci95 }: MetricValue): string[] {
  if (ci95 === undefined || ci95[0] > 0) return [];
  return [
    wrap(
      "The interval of skill over the base rate reaches 0 or below: on these pairs, probabilities are not shown to say more than the share of matches does.",
    ),
  ];
}

function formatThreshold({ target, threshold, precision, recall, f1 }: ChosenThreshold): string {
  const wanted = Object.entries(target).map(([what, value]) => `${what} ${value}`);
  return `A match from a similarity of ${threshold.toFixed(4)} on (${wanted.join()}): precision ${formatValue(precision)}, recall ${formatValue(recall)}, F1 ${formatValue(f1)}`;
}

function formatValue(metric: MetricValue | undefined): string {
  if (!metric) return "";
  const { value, ci95 } = metric;
  const interval = ci95?.map((bound) => bound.toFixed(4)).join(", ");
  return `${value.toFixed(4)}${interval === undefined ? "" : ` [${interval}]`}`;
}
