import { collect } from "../collect.ts";
import { EncoderError } from "../errors.ts";
import type { ImageInput } from "../image.ts";
import type { Progress } from "../progress.ts";
import { type ConformanceCase, expectSame, expectThat, rejectionOf } from "./conformance-case.ts";
import {
  encodeAll,
  expectClose,
  expectRows,
  type TowerUnderTest,
  type WithTower,
} from "./encoder-checks.ts";

type ImageTower = TowerUnderTest<ImageInput>;

/** The promises about an image that cannot be read. */
export function failureCases(
  withTower: WithTower<ImageInput>,
  badImage: ImageInput,
): ConformanceCase[] {
  const withBad = (name: string, check: (images: ImageTower, bad: ImageInput) => Promise<void>) =>
    withTower(name, (images) => check(images, badImage));
  return [
    withBad("lists a bad image and goes on when told to skip", listsBadImages),
    withBad("counts bad images among those that are done", countsBadImages),
    withBad("throws a typed error for a bad image by default, after what came before", throws),
    withBad("goes on as before after a call that failed", recovers),
  ];
}

async function listsBadImages(images: ImageTower, bad: ImageInput) {
  const all = await encodeAll(images);
  const [a, b, c] = images.inputs as [ImageInput, ImageInput, ImageInput];
  const inputs = [a, bad, b, bad, bad, c, a];
  for (const batchSize of [1, 2, 3, inputs.length]) {
    const encoded = images.tower.encode(inputs, { onError: "skip", batchSize });
    const { embeddings, indices, failures } = await collect(encoded);
    expectSame([...indices], [0, 2, 5, 6], `indices in batches of ${batchSize}`);
    const failed = failures.map(({ index }) => index);
    expectSame(failed, [1, 3, 4], `indices of failures in batches of ${batchSize}`);
    expectRows(embeddings, all, [0, 1, 2, 0], `beside bad images in batches of ${batchSize}`);
    for (const { input, code, message } of failures) {
      expectThat(
        [input, code, message].every((part) => typeof part === "string" && part !== ""),
        "a failure without input, code or message",
      );
    }
  }
}

async function countsBadImages({ tower, inputs }: ImageTower, bad: ImageInput) {
  const events: Progress[] = [];
  const onProgress = (event: Progress) => events.push(event);
  await collect(tower.encode([...inputs, bad], { onError: "skip", batchSize: 2, onProgress }));
  expectSame(events.at(-1)?.done, inputs.length + 1, "done at the end");
}

async function throws({ tower, inputs }: ImageTower, bad: ImageInput) {
  const indices: number[] = [];
  const action = async () => {
    const encoded = tower.encode([...inputs, bad, ...inputs], { batchSize: 1 });
    for await (const batch of encoded) indices.push(...batch.indices);
  };
  const found = await rejectionOf(action, "a bad image");
  expectThat(EncoderError.isInstance(found), `rejected with ${String(found)}, not an EncoderError`);
  expectSame(indices, [...inputs.keys()], "indices before the bad image");
}

async function recovers(images: ImageTower, bad: ImageInput) {
  const expected = await encodeAll(images);
  await rejectionOf(() => collect(images.tower.encode([bad])), "a bad image");
  expectClose(await encodeAll(images), expected, "a call after one that failed");
}
