import type { AnyIterable } from "../any-iterable.ts";
import { collect } from "../collect.ts";
import type { Progress } from "../progress.ts";
import { type ConformanceCase, expectSame, expectThat, rejectionOf } from "./conformance-case.ts";
import {
  encodeAll,
  eventually,
  expectClose,
  pause,
  type TowerUnderTest,
  type WithTower,
  watchEndless,
} from "./encoder-checks.ts";

/** The promises about how a tower treats its source, its signal and its arguments. */
export function streamCases<Input>(withTower: WithTower<Input>): ConformanceCase[] {
  return [
    withTower("takes a list, an iterable and a stream alike", takesAnyIterable),
    withTower("reads a stream no further than it needs for the next batch", readsLazily),
    withTower("closes its source when the reader leaves", closesSource),
    withTower("passes on the error of a source that throws", passesErrorsOn),
    withTower("rejects with the signal's reason once aborted", hearsAbortBefore),
    withTower(
      "rejects with the signal's reason and stops reading when aborted on the way",
      hearsAbort,
    ),
    withTower("hears an abort while its source has nothing to give", hearsAbortWaiting),
    withTower("counts progress up to the number of inputs", countsProgress),
    withTower("rejects a batch size that is no whole number above 0", refusesBatchSizes),
    withTower("rejects a lone item in place of a list", refusesLoneItem),
  ];
}

async function takesAnyIterable<Input>(underTest: TowerUnderTest<Input>) {
  const { tower, inputs } = underTest;
  const expected = await encodeAll(underTest);
  const sources: Record<string, AnyIterable<Input>> = {
    "a set": new Set(inputs),
    "an iterator": inputs.values(),
    "a stream": streamOf(inputs),
  };
  for (const [name, items] of Object.entries(sources)) {
    expectClose((await collect(tower.encode(items))).embeddings, expected, name);
  }
}

async function readsLazily<Input>({ tower, inputs }: TowerUnderTest<Input>) {
  const source = watchEndless(inputs);
  for await (const { embeddings } of tower.encode(source.items, { batchSize: 2 })) {
    expectThat(embeddings.count <= 2, `a batch of ${embeddings.count} rows, asked for 2`);
    break;
  }
  expectThat(source.taken <= 64, `${source.taken} inputs were read for one batch of 2`);
}

async function closesSource<Input>({ tower, inputs }: TowerUnderTest<Input>) {
  const source = watchEndless(inputs);
  for await (const _ of tower.encode(source.items, { batchSize: 2 })) break;
  await eventually(() => source.isClosed, 2, "the source was left open");
}

async function passesErrorsOn<Input>({ tower, inputs }: TowerUnderTest<Input>) {
  const error = new Error("disk gone");
  const source = async function* () {
    yield* inputs;
    throw error;
  };
  for (const onError of ["throw", "skip"] as const) {
    const action = () => collect(tower.encode(source(), { onError, batchSize: 1 }));
    const found = await rejectionOf(action, "a source that throws");
    expectThat(found === error, `rejected with ${String(found)} instead of the source's error`);
  }
}

async function hearsAbortBefore<Input>({ tower, inputs }: TowerUnderTest<Input>) {
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  const found = await rejectionOf(
    () => collect(tower.encode(inputs, { signal })),
    "an aborted call",
  );
  expectThat(found === reason, `rejected with ${String(found)} instead of the signal's reason`);
}

async function hearsAbort<Input>({ tower, inputs }: TowerUnderTest<Input>) {
  const controller = new AbortController();
  const reason = new Error("enough");
  const source = watchEndless(inputs);
  const read = async () => {
    let batches = 0;
    for await (const _ of tower.encode(source.items, { batchSize: 2, signal: controller.signal })) {
      if (++batches === 2) controller.abort(reason);
      expectThat(batches < 20, "batches went on after the abort");
    }
  };
  const found = await rejectionOf(read, "a call that was aborted on the way");
  expectThat(found === reason, `rejected with ${String(found)} instead of the signal's reason`);
  await eventually(() => source.isClosed, 2, "the source was left open after the abort");
}

async function hearsAbortWaiting<Input>({ tower }: TowerUnderTest<Input>) {
  const controller = new AbortController();
  const reason = new Error("waited long enough");
  const silent = (async function* (): AsyncGenerator<Input> {
    await new Promise(() => {});
  })();
  const encoding = collect(tower.encode(silent, { signal: controller.signal }));
  setTimeout(() => controller.abort(reason), 10);
  const deadline = pause(2000).then(() => "nothing after 2 seconds");
  const found = await Promise.race([rejectionOf(() => encoding, "an aborted call"), deadline]);
  expectThat(found === reason, `rejected with ${String(found)} instead of the signal's reason`);
}

async function countsProgress<Input>({ tower, inputs }: TowerUnderTest<Input>) {
  const sources: [AnyIterable<Input>, number | undefined][] = [
    [inputs, inputs.length],
    [streamOf(inputs), undefined],
  ];
  for (const [items, total] of sources) {
    const events: Progress[] = [];
    await collect(tower.encode(items, { batchSize: 2, onProgress: (event) => events.push(event) }));
    const counts = events.map(({ done }) => done);
    expectSame(counts.at(-1), inputs.length, "done at the end");
    expectSame(
      counts,
      counts.toSorted((a, b) => a - b),
      "done, in the order reported",
    );
    for (const event of events) {
      expectSame(event.total, total, "total");
      expectThat(event.stage !== "" && event.unit !== "", "progress without a stage or unit");
    }
  }
}

async function refusesBatchSizes<Input>({ tower, inputs }: TowerUnderTest<Input>) {
  for (const batchSize of [0, -1, 1.5, Number.NaN]) {
    const action = () => collect(tower.encode(inputs, { batchSize }));
    const found = await rejectionOf(action, `a batchSize of ${batchSize}`);
    expectThat(found instanceof RangeError, `rejected with ${String(found)}, not a RangeError`);
  }
}

async function refusesLoneItem<Input>({ tower }: TowerUnderTest<Input>) {
  const lone = "a lone item" as unknown as Input[];
  const found = await rejectionOf(() => collect(tower.encode(lone)), "a string as a list");
  expectThat(found instanceof TypeError, `rejected with ${String(found)}, not a TypeError`);
}

async function* streamOf<Input>(inputs: readonly Input[]): AsyncGenerator<Input> {
  yield* inputs;
}
