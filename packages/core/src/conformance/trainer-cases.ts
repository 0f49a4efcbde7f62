import type { FitCommon } from "../trainer.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import { startFit } from "./trainer-checks.ts";
import { resultCases } from "./trainer-result-cases.ts";
import { runCases } from "./trainer-run-cases.ts";
import type { TrainerFixture, TrainerUnderTest } from "./trainer-suite.ts";

/**
 * The promises of {@link Trainer}: events, result, never worse, stopping, time limit, seeds and
 * resuming. A short fit is looked at by several cases, and runs once.
 */
export function trainerCases<Spec extends FitCommon>(
  trainer: TrainerUnderTest<Spec>,
  fixture: TrainerFixture<Spec>,
): ConformanceCase[] {
  const suite = { ...fixture, trainer, patience: fixture.patience ?? 120 };
  let short: ReturnType<typeof startFit> | undefined;
  const shortFit = () => {
    short ??= startFit(suite, { hyperparameters: fixture.short, seed: 1 });
    return short;
  };
  return [...resultCases(suite, shortFit), ...runCases(suite, shortFit)];
}
