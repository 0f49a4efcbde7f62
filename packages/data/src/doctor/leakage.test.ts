import { expect, test } from "vitest";
import { clean, find, inspect } from "../../fixtures/inspect-rows.ts";
import { drawBlots } from "../../fixtures/plain-pictures.ts";

test("finds nothing in clean data", async () => {
  const { counts, findings, rowsAtFault } = await inspect(clean);
  expect(findings).toEqual([]);
  expect(counts).toMatchObject({ rows: 4, images: 3, captions: 4, splits: 2, errors: 0 });
  expect(rowsAtFault).toEqual([[]]);
});

test("an image in two splits is leakage, which its smaller split keeps", async () => {
  const leak = { image: "./a.ppm", caption: "Something else.", relevance: 1, split: "test" };
  const { findings, rowsAtFault } = await inspect([...clean, leak]);

  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({
    kind: "image-across-splits",
    severity: "error",
    count: 2,
    items: [
      { row: 0, image: "a.ppm", split: "train", group: 0 },
      { row: 4, image: "./a.ppm", split: "test", group: 0 },
    ],
  });
  expect(rowsAtFault).toEqual([[0, 1]]);
});

test("a copy under another name is leakage, and so is a near duplicate", async () => {
  const rows = [
    ...clean,
    { image: "copy.ppm", caption: "One.", relevance: 1, split: "test" },
    { image: "near.ppm", caption: "Two.", relevance: 1, split: "test" },
  ];
  const darker = drawBlots(2).rgb.map((value) => Math.round(value * 0.8));
  const near = { ...drawBlots(2), rgb: darker };
  const more = { "copy.ppm": drawBlots(1), "near.ppm": near };

  expect(await find("image-across-splits", rows, { more })).toMatchObject({ rows: [0, 4] });
  expect(await find("near-duplicate-across-splits", rows, { more })).toEqual({
    severity: "error",
    rows: [2, 5],
    message: "1 group of near duplicates is spread over several splits.",
  });
});

test("a caption of more images than the limit is shared, not leakage", async () => {
  const shared = ["a", "b", "c"].map((name) => ({
    image: `${name}.ppm`,
    caption: "A picture.",
    split: name === "c" ? "test" : "train",
  }));
  expect(await find("caption-across-splits", shared)).toMatchObject({ severity: "error" });

  const { findings } = await inspect(shared, { maxImagesPerCaption: 2 });
  expect(findings.map(({ kind }) => kind)).toEqual(["shared-caption"]);
  expect(findings[0]?.items[0]).toMatchObject({ row: 0, reason: "3 images" });
});

test("an image that cannot be opened leaks, too", async () => {
  const lost = { image: "lost.ppm", caption: "Gone.", relevance: 1, split: "train" };
  const rows = [...clean, lost, { ...lost, caption: "Away.", split: "test" }];
  expect(await find("image-across-splits", rows)).toMatchObject({ rows: [4, 5] });
});

test("what leaks is not listed again as a duplicate", async () => {
  const again = { ...clean[3], caption: "two cats" };
  const { findings } = await inspect([...clean, again]);
  expect(findings.map(({ kind }) => kind)).toEqual(["near-caption-across-splits"]);
});
