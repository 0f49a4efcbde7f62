import type { Predictions } from "@semblance/matcher";

const ownScoring: Readonly<Record<string, string>> = {
  cosine: "(cosine + 1) / 2",
  sigmoid: "the model's own sigmoid",
};

/** Whether probabilities can be taken at their word, in a few words. */
export function describeProbabilities({
  calibrated,
  method,
  prior,
}: Pick<Predictions, "calibrated" | "method" | "prior">): string {
  if (!calibrated) return `not calibrated (${ownScoring[method] ?? method})`;
  return `calibrated (${method}) for a share of matches of ${formatShare(prior ?? 0)}`;
}

/** A share with three digits that count: `0.0100`, `0.5`. */
export function formatShare(share: number): string {
  return String(Number(share.toPrecision(3)));
}
