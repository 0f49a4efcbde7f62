import { collect } from "../collect.ts";
import { type Embeddings, rowOf, selectRows } from "../embedding.ts";
import type { EncodedBatch, Encoder, Tower } from "../encoder.ts";
import { type ConformanceCase, expectSame, expectThat } from "./conformance-case.ts";

/** A tower with inputs that it can encode, all different, three at least. */
export interface TowerUnderTest<Input> {
  readonly encoder: Encoder;
  readonly tower: Tower<Input>;
  readonly inputs: readonly Input[];
}

/** Makes a case of a check that is given a fresh encoder. */
export type WithEncoder = (
  name: string,
  check: (encoder: Encoder) => Promise<void>,
) => ConformanceCase;

/** Makes a case of a check that is given a tower of a fresh encoder. */
export type WithTower<Input> = (
  name: string,
  check: (underTest: TowerUnderTest<Input>) => Promise<void>,
) => ConformanceCase;

const tolerance = 1e-5;

/** One row for each of `count` inputs, of length 1 and in input order. */
export function expectUnitRows(encoded: EncodedBatch, count: number, dimension: number): void {
  const { embeddings, indices } = encoded;
  expectSame([...indices], [...Array(count).keys()], "indices");
  expectSame(embeddings.count, count, "rows");
  expectSame(embeddings.dimension, dimension, "dimension");
  expectSame(embeddings.data.length, count * dimension, "values");
  for (let row = 0; row < count; row++) {
    const length = Math.hypot(...rowOf(embeddings, row));
    expectThat(Math.abs(length - 1) <= tolerance, `row ${row} has length ${length}, not 1`);
  }
}

/** The same vectors in the same order, but for what batches of another size may change. */
export function expectClose(found: Embeddings, expected: Embeddings, what: string): void {
  expectSame(found.count, expected.count, `${what}: rows`);
  const worst = found.data.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (expected.data[i] ?? Number.NaN))),
    0,
  );
  expectThat(worst <= tolerance, `${what}: vectors differ by ${worst}`);
}

/** As {@link expectClose}, where row `r` of `found` is to be row `rows[r]` of `all`. */
export function expectRows(
  found: Embeddings,
  all: Embeddings,
  rows: readonly number[],
  what: string,
): void {
  expectClose(found, selectRows(all, rows), what);
}

/** The vectors of all inputs, one call. */
export async function encodeAll<Input>({
  tower,
  inputs,
}: TowerUnderTest<Input>): Promise<Embeddings> {
  return (await collect(tower.encode(inputs))).embeddings;
}

/** A source that notes how it is treated. */
export interface WatchedSource<Input> {
  readonly items: AsyncIterable<Input>;
  /** Items that were taken. */
  readonly taken: number;
  readonly isClosed: boolean;
}

/** Far more than any tower has to read ahead. */
const endlessIsOver = 2000;

/** Gives the inputs over and over; throws after 2,000, so that a tower which reads all of them is found out. */
export function watchEndless<Input>(inputs: readonly Input[]): WatchedSource<Input> {
  const state = { taken: 0, isClosed: false };
  const items = (async function* () {
    try {
      while (state.taken < endlessIsOver) yield inputs[state.taken++ % inputs.length] as Input;
      expectThat(false, `${endlessIsOver} inputs of an endless source were read`);
    } finally {
      state.isClosed = true;
    }
  })();
  return {
    items,
    get taken() {
      return state.taken;
    },
    get isClosed() {
      return state.isClosed;
    },
  };
}

/** Waits until `holds`, for at most `seconds`. */
export async function eventually(
  holds: () => boolean,
  seconds: number,
  finding: string,
): Promise<void> {
  const until = Date.now() + 1000 * seconds;
  while (!holds() && Date.now() < until) await pause(5);
  expectThat(holds(), finding);
}

/** Resolves after `milliseconds`. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
