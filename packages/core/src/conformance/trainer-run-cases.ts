import { SemblanceError } from "../errors.ts";
import type { FitCommon, TrainingRun } from "../trainer.ts";
import { type ConformanceCase, expectSame, expectThat, rejectionOf } from "./conformance-case.ts";
import { essenceOf, type ObservedFit, settle, startFit } from "./trainer-checks.ts";
import type { TrainerSuite } from "./trainer-suite.ts";

/** The promises about how a fit ends. */
export function runCases<Spec extends FitCommon>(
  suite: TrainerSuite<Spec>,
  shortFit: () => Promise<ObservedFit>,
): ConformanceCase[] {
  const cases = [
    { name: "stops when it is cancelled, with the best so far", run: () => stops(suite, "cancel") },
    { name: "stops when its signal is aborted, in the same way", run: () => stops(suite, "abort") },
    { name: "does not begin when its signal is aborted before", run: () => staysAway(suite) },
    { name: "keeps to its time limit", run: () => keepsTime(suite) },
  ];
  if (suite.resumes === false) return cases;
  const resumes = { name: "goes on with a run that was left, to the same result" };
  return [...cases, { ...resumes, run: () => goesOn(suite, shortFit) }];
}

/** Calls `action` once, at the first step. */
function atFirstStep(action: (run: TrainingRun) => void) {
  let isDone = false;
  return ({ type }: { readonly type: string }, run: TrainingRun) => {
    if (type !== "step" || isDone) return;
    isDone = true;
    action(run);
  };
}

async function stops<Spec extends FitCommon>(
  suite: TrainerSuite<Spec>,
  by: "cancel" | "abort",
): Promise<void> {
  const controller = new AbortController();
  const end = (run: TrainingRun) => (by === "cancel" ? run.cancel() : controller.abort());
  const observer = { signal: controller.signal, onEvent: atFirstStep(end) };
  const { run } = await startFit(suite, { hyperparameters: suite.endless }, observer);
  const result = await settle(suite, run, run.result, "a fit that was asked to stop ended");
  expectSame(result.stopped, "aborted", "why it stopped");
  expectThat(result.steps > 0, "no step was made");
  await suite.openModel(result.model);
}

async function staysAway<Spec extends FitCommon>(suite: TrainerSuite<Spec>): Promise<void> {
  const signal = AbortSignal.abort();
  const { run, events } = await startFit(suite, { hyperparameters: suite.endless }, { signal });
  const ending = run.result.then(({ stopped }) => stopped, codeOf);
  const found = await settle(suite, run, ending, "a fit that was aborted before it began ended");
  expectThat(["aborted", "ABORTED"].includes(found), `it ended with ${found}`);
  expectThat(!events.some(({ type }) => type === "step"), "it made steps");
}

async function keepsTime<Spec extends FitCommon>(suite: TrainerSuite<Spec>): Promise<void> {
  const { timeLimit } = suite;
  const began = performance.now();
  const { run } = await startFit(suite, { hyperparameters: suite.endless, timeLimit });
  const { stopped, timing } = await settle(suite, run, run.result, "a fit with a limit ended");
  const seconds = (performance.now() - began) / 1000 - timing.export;
  const most = timeLimit + Math.max(5, 0.05 * timeLimit);
  expectThat(seconds <= most, `${seconds} s for a limit of ${timeLimit} s`);
  expectThat(timing.fit <= most, `it says ${timing.fit} s for a limit of ${timeLimit} s`);
  expectSame(stopped, "timeLimit", "why it stopped");
}

async function goesOn<Spec extends FitCommon>(
  suite: TrainerSuite<Spec>,
  shortFit: () => Promise<ObservedFit>,
): Promise<void> {
  const { runFolder } = await suite.specWith({});
  const fit = { runFolder, hyperparameters: suite.short, seed: 1 };
  const leave = (run: TrainingRun) => {
    run.cancel();
    run.cancel();
  };
  const { run: left } = await startFit(suite, fit, { onEvent: atFirstStep(leave) });
  const leaving = settle(suite, left, left.result, "a fit that was left ended");
  expectSame(codeOf(await rejectionOf(() => leaving, "leaving a fit")), "ABORTED", "its code");
  const { run } = await startFit(suite, { ...fit, resume: true });
  const resumed = await settle(suite, run, run.result, "a resumed fit ended");
  const whole = await (await shortFit()).run.result;
  expectSame(essenceOf(resumed), essenceOf(whole), "the result of the resumed fit");
}

function codeOf(error: unknown): string {
  return SemblanceError.isInstance(error) ? error.code : String(error);
}
