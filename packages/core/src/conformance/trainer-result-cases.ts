import { ConfigError } from "../errors.ts";
import type { FitCommon, FitResult } from "../trainer.ts";
import { type ConformanceCase, expectSame, expectThat, rejectionOf } from "./conformance-case.ts";
import { essenceOf, type ObservedFit, settle, startFit } from "./trainer-checks.ts";
import type { TrainerSuite } from "./trainer-suite.ts";

/** The promises about what a fit tells and gives. */
export function resultCases<Spec extends FitCommon>(
  suite: TrainerSuite<Spec>,
  shortFit: () => Promise<ObservedFit>,
): ConformanceCase[] {
  const shortResult = async () => {
    const { run } = await shortFit();
    return await settle(suite, run, run.result, "a short fit had its result");
  };
  const cases = [
    { name: "tells steps and evaluations, and ends its events", run: () => tells(suite, shortFit) },
    {
      name: "gives a whole result, whose gain is the mean of its queries",
      run: async () => checkResult(await shortResult()),
    },
    {
      name: "leaves a model that can be opened",
      run: async () => {
        const { model } = await shortResult();
        await suite.openModel(model).catch((error: unknown) => {
          expectThat(false, `the model ${model} cannot be opened: ${String(error)}`);
        });
      },
    },
    {
      name: "gives the same for the same seed",
      run: async () => {
        const { run } = await startFit(suite, { hyperparameters: suite.short, seed: 1 });
        const again = await settle(suite, run, run.result, "a second fit had its result");
        expectSame(essenceOf(again), essenceOf(await shortResult()), "the second result");
      },
    },
    { name: "keeps the start when training ruins it", run: () => keepsStart(suite) },
    { name: "refuses a hyperparameter that it does not know", run: () => refuses(suite) },
  ];
  const { badImages } = suite;
  if (badImages === undefined) return cases;
  const listed = { name: "lists images that cannot be read, and goes on", run: listsBadImages };
  return [...cases, { ...listed, run: () => listsBadImages(suite, badImages) }];
}

async function tells<Spec extends FitCommon>(
  suite: TrainerSuite<Spec>,
  shortFit: () => Promise<ObservedFit>,
): Promise<void> {
  const { run, events, told } = await shortFit();
  await settle(suite, run, run.result, "a short fit had its result");
  await settle(suite, run, told, "the events of a fit with a result ended");
  const steps = events.flatMap((event) => (event.type === "step" ? [event.step] : []));
  expectThat(steps.length > 0, "no step was told");
  const isRising = steps.every((step, i) => i === 0 || step >= (steps[i - 1] ?? 0));
  expectThat(isRising, `steps ${steps.join(", ")} do not rise`);
  const evaluated = events.flatMap((event) => (event.type === "evaluation" ? [event.step] : []));
  expectSame(evaluated[0], 0, "the step of the first evaluation");
}

function checkResult({ before, after, judged, steps, timing }: FitResult): void {
  expectSame(Object.keys(after), Object.keys(before), "metrics after, by name");
  expectThat(Object.keys(before).length > 0, "no metrics before");
  const { start, candidate, groups, gain } = judged;
  const count = start.length;
  expectSame([candidate.length, groups.length], [count, count], "queries of candidate and groups");
  const gains = [...start].flatMap((value, i) => {
    const difference = (candidate[i] ?? Number.NaN) - value;
    return Number.isNaN(difference) ? [] : [difference]; // a query without a value has no part
  });
  const mean = gains.reduce((sum, value) => sum + value, 0) / Math.max(gains.length, 1);
  expectThat(
    Math.abs(mean - gain) <= 1e-6,
    `the gain is ${gain}, the mean of the queries' ${mean}`,
  );
  expectThat(Number.isInteger(steps) && steps > 0, `${steps} steps`);
  const seconds = [timing.fit, timing.export];
  expectThat(
    seconds.every((value) => value >= 0),
    `timing ${seconds.join(", ")} s`,
  );
}

async function keepsStart<Spec extends FitCommon>(suite: TrainerSuite<Spec>): Promise<void> {
  const { run } = await startFit(suite, { hyperparameters: suite.ruinous });
  const { kept, before, after } = await settle(suite, run, run.result, "a ruinous fit ended");
  expectSame(kept, "start", "what was kept");
  expectSame(after, before, "metrics after");
}

async function refuses<Spec extends FitCommon>(suite: TrainerSuite<Spec>): Promise<void> {
  const hyperparameters = { ...suite.short, noSuchHyperparameter: 1 };
  const { run } = await startFit(suite, { hyperparameters });
  const waiting = settle(suite, run, run.result, "an unknown hyperparameter was refused");
  const found = await rejectionOf(() => waiting, "an unknown hyperparameter");
  expectThat(ConfigError.isInstance(found), `rejected with ${String(found)}, not a ConfigError`);
  expectThat(found.message.includes("noSuchHyperparameter"), `"${found.message}" names it not`);
}

async function listsBadImages<Spec extends FitCommon>(
  suite: TrainerSuite<Spec>,
  { spec, count }: NonNullable<TrainerSuite<Spec>["badImages"]>,
): Promise<void> {
  const run = suite.trainer.fit(await spec());
  const { failures } = await settle(suite, run, run.result, "a fit with bad images ended");
  expectSame(failures.length, count, "failures");
  for (const { input, code, message } of failures) {
    expectThat(
      [input, code, message].every((part) => typeof part === "string" && part !== ""),
      "a failure without input, code or message",
    );
  }
}
