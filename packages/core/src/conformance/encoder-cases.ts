import { collect } from "../collect.ts";
import type { Encoder, Tower } from "../encoder.ts";
import type { ImageInput } from "../image.ts";
import { type ConformanceCase, expectSame, expectThat } from "./conformance-case.ts";
import {
  expectUnitRows,
  type TowerUnderTest,
  type WithEncoder,
  type WithTower,
} from "./encoder-checks.ts";
import { failureCases } from "./encoder-failure-cases.ts";
import { streamCases } from "./encoder-stream-cases.ts";
import { towerCases } from "./encoder-tower-cases.ts";

/** Inputs that fit the encoder under test. */
export interface EncoderFixture {
  /** At least three that it can encode, all different. */
  readonly images?: readonly ImageInput[];
  /** At least three that it reads whole, all different. */
  readonly texts?: readonly string[];
  /** An image that it cannot read. */
  readonly badImage?: ImageInput;
  /** A text that is longer than it reads. */
  readonly longText?: string;
}

/**
 * The promises of {@link Encoder}, for each tower that the fixture has inputs for.
 *
 * @param create - A fresh encoder of the same model for every case; it is disposed of afterwards.
 */
export function encoderCases(
  create: () => Promise<Encoder>,
  fixture: EncoderFixture,
): ConformanceCase[] {
  const withEncoder: WithEncoder = (name, check) => ({
    name,
    run: async () => {
      await using encoder = await create();
      await check(encoder);
    },
  });
  const { images, texts, badImage, longText } = fixture;
  const cases = [
    withEncoder("says its id, name, dimension and scoring before use", saysFacts),
    withEncoder("has the same ids whenever it is created, another for each tower", async (one) => {
      await using other = await create();
      expectStableIds(one, other);
    }),
  ];
  if (images) {
    const withImages = casesOf("image", images, withEncoder, (encoder) => encoder.image);
    cases.push(...towerCases(withImages), ...streamCases(withImages));
    if (badImage !== undefined) cases.push(...failureCases(withImages, badImage));
  }
  if (texts) {
    const withTexts = casesOf("text", texts, withEncoder, (encoder) => encoder.text);
    cases.push(...towerCases(withTexts), ...streamCases(withTexts));
    cases.push(withTexts("encodes an empty text", encodesEmptyText));
    if (longText !== undefined) {
      const check = (underTest: TowerUnderTest<string>) => countsTruncated(underTest, longText);
      cases.push(withTexts("counts the texts that it cuts", check));
    }
  }
  return cases;
}

function casesOf<Input>(
  modality: string,
  inputs: readonly Input[],
  withEncoder: WithEncoder,
  towerOf: (encoder: Encoder) => Tower<Input> | undefined,
): WithTower<Input> {
  return (name, check) =>
    withEncoder(`${modality}: ${name}`, async (encoder) => {
      const tower = towerOf(encoder);
      expectThat(tower !== undefined, `the encoder has no ${modality} tower`);
      await check({ encoder, tower, inputs });
    });
}

async function saysFacts({ id, name, dimension, scoring }: Encoder): Promise<void> {
  expectThat(id.length > 0 && name.length > 0, "id or name is empty");
  expectThat(Number.isInteger(dimension) && dimension > 0, "dimension is not a positive integer");
  expectThat(["softmax", "sigmoid"].includes(scoring.kind), `scoring of kind ${scoring.kind}`);
  expectThat(
    scoring.logitScale > 0 && Number.isFinite(scoring.logitScale),
    "logitScale is not a positive multiplier",
  );
  expectThat(Number.isFinite(scoring.logitBias), "logitBias is not a finite number");
}

function expectStableIds(one: Encoder, other: Encoder): void {
  const idsOf = ({ id, image, text }: Encoder) => [id, image?.id, text?.id];
  expectSame(idsOf(one), idsOf(other), "ids of the encoder, image and text tower");
  const towerIds = [one.image?.id, one.text?.id].filter((id) => id !== undefined);
  expectThat(!towerIds.includes(""), "a tower's id is empty");
  expectSame(new Set(towerIds).size, towerIds.length, "different ids of towers");
}

async function encodesEmptyText({ tower, encoder }: TowerUnderTest<string>): Promise<void> {
  expectUnitRows(await collect(tower.encode([""])), 1, encoder.dimension);
}

async function countsTruncated(
  { tower, inputs }: TowerUnderTest<string>,
  longText: string,
): Promise<void> {
  const texts = [...inputs, longText, ...inputs, longText];
  for (const batchSize of [1, 2, texts.length]) {
    const { truncated, truncatedRows } = await collect(tower.encode(texts, { batchSize }));
    expectSame(truncated, 2, `texts cut in batches of ${batchSize}`);
    if (truncatedRows === undefined) continue;
    const expected = [inputs.length, texts.length - 1];
    expectSame([...truncatedRows], expected, `rows cut in batches of ${batchSize}`);
  }
}
