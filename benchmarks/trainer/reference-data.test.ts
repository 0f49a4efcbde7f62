import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTable } from "@semblance/data";
import { expect, test } from "vitest";
import { pairsOfImages, writePairs } from "./reference-data.ts";

const pairs = ["a", "a", "b", "c", "c"].map((image, row) => ({
  image: `/photos/${image}.jpg`,
  caption: `"${row}", a caption`,
}));

test("images are counted, not rows, and keep all their captions", () => {
  expect(pairsOfImages(pairs, 0, 2)).toEqual(pairs.slice(0, 3));
  expect(pairsOfImages(pairs, 2, 1)).toEqual(pairs.slice(3));
});

test("two parts share no image, and too few images are an error", () => {
  const second = new Set(pairsOfImages(pairs, 1, 2).map(({ image }) => image));
  expect(pairsOfImages(pairs, 0, 1).some(({ image }) => second.has(image))).toBe(false);
  expect(() => pairsOfImages(pairs, 2, 2)).toThrow("no 2 images from 2 on");
});

test("a table comes back as it was written", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "pairs-")), "pairs.csv");
  const { columns } = await readTable(await writePairs(file, pairs));
  expect(columns).toEqual({
    image: pairs.map(({ image }) => image),
    caption: pairs.map(({ caption }) => caption),
  });
});
