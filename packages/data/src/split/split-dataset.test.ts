import type { Dataset } from "@semblance/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { datasetFromTable } from "../table/dataset-from-table.ts";
import { splitDataset } from "./split-dataset.ts";

type Pair = [image: string, caption: string, relevance?: number];

const halves = { fractions: { train: 0.5, test: 0.5 }, seed: 1 };

function datasetOf(pairs: readonly Pair[]): Dataset {
  const columns = {
    image: pairs.map(([image]) => image),
    caption: pairs.map(([, caption]) => caption),
    relevance: pairs.map(([, , relevance = 1]) => relevance),
  };
  return datasetFromTable({ columns, length: pairs.length });
}

/** One image, one caption each. */
function singles(count: number): Pair[] {
  return Array.from({ length: count }, (_, i) => [`${i}.jpg`, `caption ${i}`]);
}

/** For each item its splits, sorted: `"test"`, `"test,train"`. */
async function splitsOf(dataset: Dataset, modality: "image" | "text") {
  const splits = new Map<string, string[]>();
  for (const split of [...dataset.splits].sort()) {
    for await (const { id } of dataset.items(modality, { split })) {
      splits.set(id, [...(splits.get(id) ?? []), split]);
    }
  }
  return new Map([...splits].sort().map(([id, names]) => [id, names.join()]));
}

test("meets the fractions to the image when nothing binds images together", async () => {
  const fractions = { train: 0.8, validation: 0.15, test: 0.05 };
  const { dataset } = await splitDataset(datasetOf(singles(200)), { fractions, seed: 7 });

  const sizes = dataset.splits.map(async (split) => {
    return [split, (await Array.fromAsync(dataset.items("image", { split }))).length];
  });
  expect(await Promise.all(sizes)).toEqual([
    ["train", 160],
    ["validation", 30],
    ["test", 10],
  ]);
});

test("keeps images together that share a caption, directly or over others", async () => {
  const chain: Pair[] = [0, 1, 2, 3].flatMap((i): Pair[] => [
    [`chain ${i}`, `link ${i}`],
    [`chain ${i}`, `link ${i + 1}`],
  ]);

  const { dataset } = await splitDataset(datasetOf([...chain, ...singles(4)]), halves);

  const splits = await splitsOf(dataset, "image");
  const ofChain = [...splits].filter(([id]) => id.startsWith("chain")).map(([, split]) => split);
  expect(new Set(ofChain).size).toBe(1);
  expect([...splits.values()].sort()).toEqual(["test", "train"].flatMap((s) => Array(4).fill(s)));
});

test("lets a caption of more than three images bind nothing, and counts it", async () => {
  const pairs = singles(4).map(([image]): Pair => [image, "a dog"]);

  const { dataset, unbinding } = await splitDataset(datasetOf(pairs), halves);

  expect(unbinding).toEqual({ captions: 1 });
  expect(await splitsOf(dataset, "text")).toEqual(new Map([["a dog", "test,train"]]));
  expect([...(await splitsOf(dataset, "image")).values()].sort()).toEqual([
    "test",
    "test",
    "train",
    "train",
  ]);
  const judged = await Array.fromAsync(dataset.judgements({ split: "train" }));
  expect(judged).toHaveLength(2);
  await expect(
    splitDataset(datasetOf(pairs), { ...halves, maxImagesPerCaption: 4 }),
  ).rejects.toMatchObject({ code: "SPLIT_EMPTY" });
});

test("keeps equal words and equal files together behind different ids", async () => {
  const columns = {
    image_id: ["1", "2", "3", "4", "5", "6"],
    image: ["a.jpg", "a.jpg;b.jpg", "c.jpg", "d.jpg", "e.jpg", "f.jpg"],
    caption_id: ["t", "u", "v", "w", "x", "y"],
    caption: ["one", "two", "same", "same", "five", "six"],
  };
  const dataset = datasetFromTable({ columns, length: 6 });

  for (let seed = 0; seed < 10; seed++) {
    const splits = await splitsOf(
      (await splitDataset(dataset, { ...halves, seed })).dataset,
      "image",
    );
    expect(splits.get("1")).toBe(splits.get("2"));
    expect(splits.get("3")).toBe(splits.get("4"));
  }
});

test("binds by relevance alone, and leaves out a judgement of 0 across splits", async () => {
  const negatives = singles(8).map(([image]): Pair => [image, "caption 0", 0]);

  const split = await splitDataset(datasetOf([...singles(8), ...negatives.slice(1)]), halves);

  expect(split.leftOut).toEqual({ judgements: 4 });
  expect(split.unbinding).toEqual({ captions: 0 });
  const kept = await Array.fromAsync(split.dataset.judgements());
  expect(kept.filter(({ relevance }) => relevance === 0)).toHaveLength(3);
});

test("puts a text without a relevant image into one split, with others of its words", async () => {
  const columns = {
    image: ["a", "b", "c", "d", "a", "b"],
    caption: ["one", "two", "three", "four", "one", "alone"],
    caption_id: ["1", "2", "3", "4", "5", "6"],
    relevance: [1, 1, 1, 1, 0, 0],
  };
  const { dataset } = await splitDataset(datasetFromTable({ columns, length: 6 }), halves);

  const splits = await splitsOf(dataset, "text");
  expect(splits.get("5")).toBe(splits.get("1"));
  expect(["train", "test"]).toContain(splits.get("6"));
});

test("draws the split of texts without a relevant image by the fractions", async () => {
  const negatives = Array.from({ length: 400 }, (_, i): Pair => ["0.jpg", `no ${i}`, 0]);
  const options = { fractions: { train: 0.75, test: 0.25 }, seed: 1 };

  const { dataset } = await splitDataset(datasetOf([...singles(8), ...negatives]), options);

  const tests = (await Array.fromAsync(dataset.items("text", { split: "test" }))).length;
  // Binomial: 100 expected, standard deviation 8.7.
  expect(tests).toBeGreaterThan(65);
  expect(tests).toBeLessThan(135);
});

test("forgets earlier splits, and keeps name, failures, content and metadata", async () => {
  const columns = {
    image: ["a", "b", null],
    caption: ["one", "two", "three"],
    split: ["old", "old", "old"],
    year: [1, 2, 3],
  };
  const whole = datasetFromTable({ columns, length: 3, source: "mine.csv" });

  const { dataset } = await splitDataset(whole, halves);

  expect(dataset).toMatchObject({ name: "mine", splits: ["train", "test"] });
  expect(dataset.failures).toBe(whole.failures);
  const strip = async (from: Dataset) =>
    (await Array.fromAsync(from.items("image"))).map(({ id, content, metadata }) => [
      id,
      content,
      metadata,
    ]);
  expect(await strip(dataset)).toEqual(await strip(whole));
  expect(dataset.hash).not.toBe(whole.hash);
});

test("splits the same way for one seed, and another way for another", async () => {
  const whole = datasetOf(singles(50));
  const hashes = [1, 1, 2, 3].map(
    async (seed) => (await splitDataset(whole, { ...halves, seed })).dataset.hash,
  );

  expect(new Set(await Promise.all(hashes)).size).toBe(3);
});

test.each([
  ["fractions that do not add up", { fractions: { train: 0.8, test: 0.1 }, seed: 1 }],
  ["a fraction of nothing", { fractions: { train: 1, test: 0 }, seed: 1 }],
  ["a fraction that is no number", { fractions: { train: Number.NaN }, seed: 1 }],
  ["no fractions", { fractions: {}, seed: 1 }],
  ["a broken seed", { ...halves, seed: 0.5 }],
  ["a limit of nothing", { ...halves, maxImagesPerCaption: 0 }],
])("refuses %s", async (_, options) => {
  await expect(splitDataset(datasetOf(singles(4)), options)).rejects.toThrow(RangeError);
});

test("says which split got no image, and rejects with the reason of an abort", async () => {
  const { seed } = halves;
  const fractions = { train: 0.98, validation: 0.01, test: 0.01 };

  await expect(splitDataset(datasetOf(singles(3)), { fractions, seed })).rejects.toThrow(
    'Split "validation" got no image: the 3 images of table form 3 groups',
  );
  const signal = AbortSignal.abort("stopped");
  await expect(splitDataset(datasetOf(singles(3)), { ...halves, signal })).rejects.toBe("stopped");
});

const anyPairs = fc.array(
  fc.tuple(
    fc.integer({ max: 40, min: 0 }).map((i) => `${i}.jpg`),
    fc.integer({ max: 60, min: 0 }).map((i) => `caption ${i}`),
    fc.constantFrom(0, 1, 1, 1),
  ),
  { minLength: 20, maxLength: 60 },
);

test("never puts an image, or a caption of three images at most, into two splits", async () => {
  await fc.assert(
    fc.asyncProperty(anyPairs, fc.nat(), async (pairs: Pair[], seed) => {
      const result = await splitDataset(datasetOf(pairs), { ...halves, seed }).catch(
        () => undefined,
      );
      fc.pre(result !== undefined);
      const images = await splitsOf(result.dataset, "image");
      expect([...images.values()].filter((split) => split.includes(","))).toEqual([]);
      const leaked = [...(await splitsOf(result.dataset, "text"))].filter(([, s]) =>
        s.includes(","),
      );
      expect(leaked.filter(([caption]) => imagesOf(pairs, caption) <= 3)).toEqual([]);
      expect(leaked.length).toBeLessThanOrEqual(result.unbinding.captions);
    }),
    { seed: 4 },
  );
});

test("splits alike in whatever order the rows stand", async () => {
  const shuffled = anyPairs.chain((pairs) =>
    fc.tuple(fc.constant(pairs), fc.shuffledSubarray(pairs, { minLength: pairs.length })),
  );
  await fc.assert(
    fc.asyncProperty(shuffled, fc.nat(), async ([pairs, others], seed) => {
      const hashOf = (rows: Pair[]) =>
        splitDataset(datasetOf(rows), { ...halves, seed }).then(
          ({ dataset }) => dataset.hash,
          (error) => error.code,
        );
      expect(await hashOf(others)).toBe(await hashOf(pairs));
    }),
    { seed: 4 },
  );
});

function imagesOf(pairs: readonly Pair[], caption: string): number {
  const relevant = pairs.filter(([, text, relevance]) => text === caption && relevance === 1);
  return new Set(relevant.map(([image]) => image)).size;
}
