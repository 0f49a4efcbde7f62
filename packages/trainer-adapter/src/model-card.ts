import type { Judged } from "@semblance/core";
import type { FitOutcome } from "./run-fit.ts";

/** What a card says of a fit. */
export interface ModelCardOptions {
  readonly name: string;
  readonly base: string;
  /** As the base states it. */
  readonly license: string | null;
  readonly tower: string;
  readonly outcome: FitOutcome;
  readonly fitSeconds: number;
}

/** `README.md` of a model folder: what the model is, how it was made, and what it was measured at. */
export function describeModel(options: ModelCardOptions): string {
  const { name, base, license, tower, outcome, fitSeconds } = options;
  const { kept, before, after, judged, steps, stopped } = outcome;
  const rows = Object.entries(before).map(
    ([key, value]) => `| ${key} | ${value.toFixed(4)} | ${(after[key] ?? Number.NaN).toFixed(4)} |`,
  );
  return [
    "---",
    "pipeline_tag: zero-shot-image-classification",
    ...(license === null ? [] : [`license: ${license}`]),
    "---",
    "",
    `# ${name}`,
    "",
    kept === "start"
      ? `${base}, unchanged: no head beat it on the judging half of validation.`
      : `${base} with a linear head (\`head.safetensors\`, ${towerText(tower)}) behind its graphs, before normalisation. Readers that do not know \`semblance.json\` see ${base} without it; \`semblance export\` puts it into the graphs.`,
    "",
    `- Base: ${base}`,
    `- Licence of the base: ${license ?? "not stated"}`,
    `- Method: adapter, fitted on embeddings; ${steps} updates, stopped by ${stopped}; ${fitSeconds.toFixed(1)} s`,
    `- Kept: ${kept}${outcome.alpha === undefined ? "" : `, α = ${outcome.alpha}`}`,
    "",
    describeGain(judged),
    "",
    "| validation | before | after |",
    "| --- | --- | --- |",
    ...rows,
    "",
    "hit@k: at least one relevant item among the first k; mrr: mean reciprocal rank; t2i: text to image; i2t: image to text.",
    "",
  ].join("\n");
}

function towerText(tower: string): string {
  return tower === "both" ? "both towers" : `${tower} tower`;
}

function describeGain({ metric, gain, interval, groups }: Judged): string {
  const sign = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;
  const bounds = interval ? `, 95 % interval ${sign(interval[0])} to ${sign(interval[1])}` : "";
  return `Gain in ${metric} on the judging half of validation: ${sign(gain)}${bounds} (${groups.length} queries).`;
}
