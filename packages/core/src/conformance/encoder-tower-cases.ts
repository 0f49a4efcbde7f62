import { collect } from "../collect.ts";
import type { Embeddings } from "../embedding.ts";
import type { EncodedBatch } from "../encoder.ts";
import { SemblanceError } from "../errors.ts";
import { type ConformanceCase, expectSame, expectThat, rejectionOf } from "./conformance-case.ts";
import {
  encodeAll,
  expectClose,
  expectRows,
  expectUnitRows,
  type TowerUnderTest,
  type WithTower,
} from "./encoder-checks.ts";

/** The promises about a tower's vectors. */
export function towerCases<Input>(withTower: WithTower<Input>): ConformanceCase[] {
  return [
    withTower("gives one unit vector per input, in input order", givesUnitVectors),
    withTower("gives the same vectors whatever the batch size", ignoresBatchSize),
    withTower("gives an input the same vector wherever it stands", ignoresPlace),
    withTower("keeps calls that run at the same time apart", keepsCallsApart),
    withTower("gives memory that is the caller's to change and to transfer", givesMemoryAway),
    withTower("gives no rows for no inputs", givesNothingForNothing),
    withTower("rejects with a typed error once disposed of, also twice", rejectsOnceDisposed),
  ];
}

async function givesUnitVectors<Input>({ tower, inputs, encoder }: TowerUnderTest<Input>) {
  expectUnitRows(await collect(tower.encode(inputs)), inputs.length, encoder.dimension);
}

async function ignoresBatchSize<Input>({ tower, inputs }: TowerUnderTest<Input>) {
  const one = await collect(tower.encode(inputs, { batchSize: 1 }));
  const all = await collect(tower.encode(inputs, { batchSize: inputs.length }));
  expectClose(one.embeddings, all.embeddings, "batches of 1 and of all");
}

async function ignoresPlace<Input>(underTest: TowerUnderTest<Input>) {
  const all = await encodeAll(underTest);
  const places = [2, 0, 0, 1, 0, 2, 1];
  const inputs = places.map((place) => underTest.inputs[place] as Input);
  for (const batchSize of [2, places.length]) {
    const { embeddings } = await collect(underTest.tower.encode(inputs, { batchSize }));
    expectRows(embeddings, all, places, `inputs ${places} in batches of ${batchSize}`);
  }
}

async function keepsCallsApart<Input>(underTest: TowerUnderTest<Input>) {
  const { tower, inputs } = underTest;
  const all = await encodeAll(underTest);
  const forwards = inputs.map((_, i) => i);
  const orders = [forwards, forwards.toReversed(), [1, 1, 2, 0], [0]];
  const calls = orders.map((order) =>
    collect(
      tower.encode(
        order.map((i) => inputs[i] as Input),
        { batchSize: 2 },
      ),
    ),
  );
  for (const [call, { embeddings, indices }] of (await Promise.all(calls)).entries()) {
    const order = orders[call] ?? [];
    expectSame([...indices], [...order.keys()], `indices of call ${call}`);
    expectRows(embeddings, all, order, `call ${call} of ${orders.length}`);
  }
}

async function givesMemoryAway<Input>(underTest: TowerUnderTest<Input>) {
  const { tower, inputs } = underTest;
  const expected = await encodeAll(underTest);
  for (const give of [spoil, transfer]) {
    const batches: EncodedBatch[] = [];
    for await (const batch of tower.encode(inputs, { batchSize: 1 })) {
      batches.push({ ...batch, embeddings: copyOf(batch.embeddings) });
      give(batch.embeddings);
    }
    expectClose((await collect(batches)).embeddings, expected, "batches after one was given away");
    expectClose(await encodeAll(underTest), expected, "a call after batches were given away");
  }
}

function copyOf(embeddings: Embeddings): Embeddings {
  return { ...embeddings, data: embeddings.data.slice() };
}

function spoil({ data }: Embeddings): void {
  data.fill(7);
}

function transfer({ data }: Embeddings): void {
  const { buffer } = data;
  expectThat(buffer instanceof ArrayBuffer, "a batch stands in memory that cannot be transferred");
  expectThat(
    buffer.byteLength === data.byteLength,
    `a batch of ${data.byteLength} bytes is a view into ${buffer.byteLength}: its transfer takes away more`,
  );
  structuredClone(data, { transfer: [buffer] });
}

async function givesNothingForNothing<Input>({ tower }: TowerUnderTest<Input>) {
  const { embeddings, indices, failures } = await collect(tower.encode([]));
  expectSame([embeddings.count, indices.length, failures.length], [0, 0, 0], "rows, failures");
}

async function rejectsOnceDisposed<Input>({ tower, inputs, encoder }: TowerUnderTest<Input>) {
  await collect(tower.encode(inputs));
  await encoder[Symbol.asyncDispose]();
  await encoder[Symbol.asyncDispose]();
  const found = await rejectionOf(() => collect(tower.encode(inputs)), "use after disposal");
  expectThat(
    SemblanceError.isInstance(found) && found.code !== "",
    `use after disposal rejected with ${String(found)}, not a SemblanceError with a code`,
  );
}
