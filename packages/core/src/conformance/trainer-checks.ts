import type { RunOptions } from "../run-options.ts";
import type { FitCommon, FitResult, TrainingEvent, TrainingRun } from "../trainer.ts";
import { expectThat } from "./conformance-case.ts";
import type { TrainerSuite } from "./trainer-suite.ts";

/** A fit with what it told. */
export interface ObservedFit {
  readonly run: TrainingRun;
  readonly events: readonly TrainingEvent[];
  /** Resolves when the events have ended. */
  readonly told: Promise<void>;
}

/** What happens to a fit while it runs. */
export interface FitObserver extends RunOptions {
  readonly onEvent?: (event: TrainingEvent, run: TrainingRun) => void;
}

/** Starts a fit and reads its events. */
export async function startFit<Spec extends FitCommon>(
  suite: TrainerSuite<Spec>,
  changes: Partial<FitCommon>,
  observer: FitObserver = {},
): Promise<ObservedFit> {
  const { onEvent, ...options } = observer;
  const run = suite.trainer.fit(await suite.specWith(changes), options);
  const events: TrainingEvent[] = [];
  const told = (async () => {
    for await (const event of run) {
      events.push(event);
      onEvent?.(event, run);
    }
  })();
  told.catch(() => undefined); // whoever waits for it hears of it
  return { run, events, told };
}

/** What `pending` gives. @throws {@link ConformanceError} when it takes longer than the suite's patience */
export async function settle<T>(
  { patience }: { readonly patience: number },
  run: TrainingRun,
  pending: Promise<T>,
  what: string,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(resolve, 1000 * patience, "late");
  });
  try {
    const found = await Promise.race([pending.then((value) => ({ value })), late]);
    if (found !== "late") return found.value;
  } finally {
    clearTimeout(timer);
  }
  run.cancel();
  run.cancel(); // nobody waits for what it would still do
  expectThat(false, `${what} not within ${patience} s`);
}

/** What a result says of the training itself, to be compared between fits. */
export function essenceOf({ kept, before, after, judged, steps }: FitResult): unknown {
  const { metric, gain, start, candidate, groups } = judged;
  const values = [start, candidate, groups].map((row) => [...row]);
  return { kept, before, after, metric, gain, values, steps };
}
