import { collect } from "../collect.ts";
import { type Embeddings, rowOf } from "../embedding.ts";
import type { Encoder, Tower } from "../encoder.ts";
import { EncoderError } from "../errors.ts";
import type { ImageInput } from "../image.ts";
import { type ConformanceCase, expectSame, expectThat, rejectionOf } from "./conformance-case.ts";

/** Inputs that fit the encoder under test. */
export interface EncoderFixture {
  /** At least three that it can encode, all different. */
  readonly images?: readonly ImageInput[];
  readonly texts?: readonly string[];
  /** An image that it cannot read. */
  readonly badImage?: ImageInput;
}

const tolerance = 1e-5;

/**
 * The promises of {@link Encoder}, for each tower that it has.
 *
 * @param create - A fresh encoder for every case; it is disposed of afterwards.
 */
export function encoderCases(
  create: () => Promise<Encoder>,
  fixture: EncoderFixture,
): ConformanceCase[] {
  const withEncoder = (name: string, check: (encoder: Encoder) => Promise<void>) => ({
    name,
    run: async () => {
      await using encoder = await create();
      await check(encoder);
    },
  });
  const cases = [
    withEncoder("says its id, name, dimension and scoring before use", async (encoder) => {
      expectThat(encoder.id.length > 0 && encoder.name.length > 0, "id or name is empty");
      expectThat(
        Number.isInteger(encoder.dimension) && encoder.dimension > 0,
        "dimension is not a positive integer",
      );
      expectThat(encoder.scoring.logitScale > 0, "logitScale is not a positive multiplier");
    }),
  ];
  const { images, texts, badImage } = fixture;
  if (images) cases.push(...towerCases("image", images, withEncoder, (encoder) => encoder.image));
  if (texts) cases.push(...towerCases("text", texts, withEncoder, (encoder) => encoder.text));
  if (images && badImage !== undefined) {
    cases.push(...badImageCases(images, badImage, withEncoder));
  }
  return cases;
}

type WithEncoder = (name: string, check: (encoder: Encoder) => Promise<void>) => ConformanceCase;

function towerCases<Input>(
  modality: string,
  inputs: readonly Input[],
  withEncoder: WithEncoder,
  towerOf: (encoder: Encoder) => Tower<Input> | undefined,
): ConformanceCase[] {
  const withTower = (
    name: string,
    check: (tower: Tower<Input>, encoder: Encoder) => Promise<void>,
  ) =>
    withEncoder(`${modality}: ${name}`, async (encoder) => {
      const tower = towerOf(encoder);
      expectThat(tower !== undefined, `the encoder has no ${modality} tower`);
      await check(tower, encoder);
    });
  return [
    withTower("gives one unit vector per input, in input order", async (tower, encoder) => {
      const { embeddings, indices } = await collect(tower.encode(inputs));
      expectSame(
        [...indices],
        inputs.map((_, i) => i),
        "indices",
      );
      expectSame(embeddings.dimension, encoder.dimension, "dimension");
      for (let i = 0; i < embeddings.count; i++) expectUnitLength(rowOf(embeddings, i), i);
    }),
    withTower("gives the same vectors whatever the batch size", async (tower) => {
      const one = await collect(tower.encode(inputs, { batchSize: 1 }));
      const all = await collect(tower.encode(inputs, { batchSize: inputs.length }));
      expectClose(one.embeddings, all.embeddings);
    }),
    withTower("reads a stream no further than it needs for the next batch", async (tower) => {
      let read = 0;
      const endless = (async function* () {
        for (;;) yield inputs[read++ % inputs.length] as Input;
      })();
      for await (const batch of tower.encode(endless, { batchSize: 2 })) {
        expectThat(
          batch.embeddings.count <= 2,
          `a batch of ${batch.embeddings.count} rows, asked for 2`,
        );
        break;
      }
      expectThat(read <= 64, `${read} inputs were read for one batch of 2`);
    }),
    withTower("rejects with the signal's reason once aborted", async (tower) => {
      const reason = new Error("enough");
      const signal = AbortSignal.abort(reason);
      const found = await rejectionOf(
        () => collect(tower.encode(inputs, { signal })),
        "an aborted call",
      );
      expectThat(found === reason, `rejected with ${String(found)} instead of the signal's reason`);
    }),
    withTower("gives no rows for no inputs", async (tower) => {
      expectSame((await collect(tower.encode([]))).embeddings.count, 0, "rows");
    }),
  ];
}

function badImageCases(
  images: readonly ImageInput[],
  badImage: ImageInput,
  withEncoder: WithEncoder,
): ConformanceCase[] {
  const [first, second] = images;
  const inputs = [first, badImage, second].filter((input) => input !== undefined);
  return [
    withEncoder("image: lists a bad image and goes on when told to skip", async (encoder) => {
      const encoded = encoder.image?.encode(inputs, { onError: "skip" }) ?? [];
      const { indices, failures } = await collect(encoded);
      expectSame([...indices], [0, 2], "indices");
      expectSame(
        failures.map(({ index }) => index),
        [1],
        "indices of failures",
      );
      expectThat(
        failures.every(({ code, message }) => code !== "" && message !== ""),
        "a failure without code or message",
      );
    }),
    withEncoder("image: throws a typed error for a bad image by default", async (encoder) => {
      const action = () => collect(encoder.image?.encode(inputs) ?? []);
      const found = await rejectionOf(action, "a bad image");
      expectThat(
        EncoderError.isInstance(found),
        `rejected with ${String(found)}, not an EncoderError`,
      );
    }),
  ];
}

function expectUnitLength(vector: Float32Array, row: number): void {
  const length = Math.hypot(...vector);
  expectThat(Math.abs(length - 1) <= tolerance, `row ${row} has length ${length}, not 1`);
}

function expectClose(found: Embeddings, expected: Embeddings): void {
  expectSame(found.count, expected.count, "rows");
  const worst = found.data.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (expected.data[i] ?? 0))),
    0,
  );
  expectThat(worst <= tolerance, `vectors differ by ${worst}`);
}
