import type { Scoring } from "@semblance/core";
import type { UncalibratedScoring } from "./calibration.ts";

/** A model's own probability where it scores pairs one by one, otherwise that of a cosine. */
export function uncalibratedScoring(scoring: Scoring | undefined): UncalibratedScoring {
  if (scoring?.kind !== "sigmoid") return { kind: "cosine" };
  const { logitScale, logitBias } = scoring;
  return { kind: "sigmoid", logitScale, logitBias };
}

/** For people: `"(cosine + 1) / 2"` or `"the model's sigmoid"`. */
export function nameOfScoring({ kind }: UncalibratedScoring): string {
  return kind === "cosine" ? "(cosine + 1) / 2" : "the model's sigmoid";
}
