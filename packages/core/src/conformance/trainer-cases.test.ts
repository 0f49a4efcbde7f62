import { expect, test } from "vitest";
import { ConformanceError } from "../errors.ts";
import { createFakeTrainer, type FakeTrainer } from "../fixtures/fake-trainer.ts";
import type { FitCommon, FitResult, TrainingEvent, TrainingRun } from "../trainer.ts";
import { trainerCases } from "./trainer-cases.ts";
import type { TrainerFixture, TrainerUnderTest } from "./trainer-suite.ts";

let folders = 0;

function fixtureOf(fake: FakeTrainer): TrainerFixture<FitCommon> {
  const specWith = (changes: Partial<FitCommon>) => ({
    ...{ runFolder: `run ${folders++}`, seed: 0 },
    ...changes,
  });
  return {
    specWith,
    short: { maxSteps: 5 },
    endless: { maxSteps: 1e9 },
    ruinous: { learningRate: 100 },
    timeLimit: 0.05,
    openModel: async (folder) => {
      if (!fake.models.has(folder)) throw new Error("There is nothing.");
    },
    badImages: { spec: () => specWith({}), count: 2 },
    patience: 0.4,
  };
}

type Fit = TrainerUnderTest<FitCommon>["fit"];

/** What the suite finds, as `"case: finding"`; only in the case of that name, where one is given. */
async function findingsOf(
  change: (start: Fit) => Fit,
  changes: Partial<TrainerFixture<FitCommon>> = {},
  name?: string,
): Promise<string[]> {
  const fake = createFakeTrainer(2);
  const trainer = { needs: fake.needs, fit: change(fake.fit) };
  const findings: string[] = [];
  for (const one of trainerCases(trainer, { ...fixtureOf(fake), ...changes })) {
    if (name !== undefined && one.name !== name) continue;
    await one.run().catch((error: unknown) => {
      findings.push(`${one.name}: ${ConformanceError.isInstance(error) ? error.message : error}`);
    });
  }
  return findings;
}

const withSpec =
  (change: (spec: FitCommon) => FitCommon) =>
  (start: Fit): Fit =>
  (spec, options) =>
    start(change(spec), options);

const withRun =
  (change: (run: TrainingRun) => Partial<TrainingRun>) =>
  (start: Fit): Fit =>
  (spec, options) => {
    const run = start(spec, options);
    const changed = { cancel: run.cancel, result: run.result, ...change(run) };
    changed.result.catch(() => undefined);
    const iterator = changed[Symbol.asyncIterator] ?? (() => run[Symbol.asyncIterator]());
    return { ...changed, [Symbol.asyncIterator]: iterator };
  };

const withResult = (change: (result: FitResult) => object) =>
  withRun((run) => ({ result: run.result.then((result) => ({ ...result, ...change(result) })) }));

const withEvents = (change: (event: TrainingEvent) => TrainingEvent[]) =>
  withRun((run) => ({
    async *[Symbol.asyncIterator]() {
      for await (const event of run) yield* change(event);
    },
  }));

/** [what it does wrong, the case that finds it out, the finding, how] */
const broken: readonly [string, string, RegExp, (start: Fit) => Fit][] = [
  [
    "never ends its events",
    "tells steps and evaluations, and ends its events",
    /the events of a fit with a result ended not within/,
    withRun((run) => ({
      async *[Symbol.asyncIterator]() {
        yield* run;
        await new Promise(() => undefined);
      },
    })),
  ],
  [
    "tells no step",
    "tells steps and evaluations, and ends its events",
    /no step was told/,
    withEvents((event) => (event.type === "step" ? [] : [event])),
  ],
  [
    "counts backwards",
    "tells steps and evaluations, and ends its events",
    /do not rise/,
    withEvents((event) => ("step" in event ? [{ ...event, step: -event.step }] : [event])),
  ],
  [
    "does not evaluate the start",
    "tells steps and evaluations, and ends its events",
    /first evaluation/,
    withEvents((event) => (event.type === "evaluation" ? [] : [event])),
  ],
  [
    "measures the end otherwise than the start",
    "gives a whole result, whose gain is the mean of its queries",
    /metrics after, by name/,
    withResult(() => ({ after: { rsum: 1 } })),
  ],
  [
    "gives a gain that its queries do not have",
    "gives a whole result, whose gain is the mean of its queries",
    /the gain is 1, the mean/,
    withResult(({ judged }) => ({ judged: { ...judged, gain: 1 } })),
  ],
  [
    "leaves out a query",
    "gives a whole result, whose gain is the mean of its queries",
    /queries of candidate and groups/,
    withResult(({ judged }) => ({ judged: { ...judged, groups: Uint32Array.of(0) } })),
  ],
  [
    "leaves nothing",
    "leaves a model that can be opened",
    /cannot be opened: Error: There is nothing/,
    withResult(() => ({ model: "nowhere" })),
  ],
  [
    "rolls dice",
    "gives the same for the same seed",
    /the second result: expected/,
    withSpec((spec) => ({ ...spec, seed: folders })),
  ],
  [
    "keeps whatever comes out",
    "keeps the start when training ruins it",
    /what was kept: expected "start", found "best"/,
    withResult(() => ({ kept: "best" })),
  ],
  [
    "says that the start was kept, and keeps something else",
    "keeps the start when training ruins it",
    /metrics after/,
    withResult(() => ({ after: { mrr: 0.1 } })),
  ],
  [
    "overlooks what it does not know",
    "refuses a hyperparameter that it does not know",
    /expected a rejection/,
    withSpec(({ hyperparameters: { noSuchHyperparameter, ...known } = {}, ...spec }) => ({
      ...spec,
      hyperparameters: known,
    })),
  ],
  [
    "does not count bad images",
    "lists images that cannot be read, and goes on",
    /failures: expected 2, found 0/,
    withResult(() => ({ failures: [] })),
  ],
  [
    "does not hear a cancel",
    "stops when it is cancelled, with the best so far",
    /asked to stop ended not within 0\.4 s/,
    withRun(() => ({ cancel: () => undefined })),
  ],
  [
    "does not hear an abort",
    "stops when its signal is aborted, in the same way",
    /asked to stop ended not within 0\.4 s/,
    (start) => (spec) => start(spec),
  ],
  [
    "begins although it is aborted",
    "does not begin when its signal is aborted before",
    /ended not within/,
    (start) => (spec) => start(spec),
  ],
  [
    "has no watch",
    "keeps to its time limit",
    /ended not within/,
    withSpec(({ timeLimit, ...spec }) => spec),
  ],
  [
    "calls a stopped fit finished",
    "stops when it is cancelled, with the best so far",
    /why it stopped: expected "aborted"/,
    withResult(() => ({ stopped: "maxSteps" })),
  ],
  [
    "goes on elsewhere than where it was",
    "goes on with a run that was left, to the same result",
    /the result of the resumed fit/,
    withSpec((spec) => (spec.resume ? { ...spec, seed: 7 } : spec)),
  ],
  [
    "gives a result although it was left",
    "goes on with a run that was left, to the same result",
    /leaving a fit: expected a rejection/,
    withRun((run) => {
      let isAsked = false;
      return {
        cancel: () => {
          if (!isAsked) run.cancel();
          isAsked = true;
        },
      };
    }),
  ],
];

test("a trainer that keeps its promises passes, with and without what is optional", async () => {
  expect(await findingsOf((start) => start)).toEqual([]);
  const fake = createFakeTrainer();
  const { badImages, ...fixture } = fixtureOf(fake);
  const names = trainerCases(fake, { ...fixture, resumes: false }).map(({ name }) => name);
  expect(names).toHaveLength(10);
});

test.each(broken)("a trainer that %s is found out", async (_, name, finding, change) => {
  const findings = await findingsOf(change, {}, name);
  expect(findings).toEqual([expect.stringMatching(finding)]);
});

test("every case is failed by some broken trainer", () => {
  const fake = createFakeTrainer();
  const names = trainerCases(fake, fixtureOf(fake)).map(({ name }) => name);
  expect(new Set(broken.map(([, name]) => name))).toEqual(new Set(names));
});
