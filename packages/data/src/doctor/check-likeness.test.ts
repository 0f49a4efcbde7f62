import { expect, test } from "vitest";
import { clean, inspect, rowsOf } from "../../fixtures/inspect-rows.ts";
import { drawBlots, drawPicture } from "../../fixtures/plain-pictures.ts";

test("copies and near duplicates within a split are warnings", async () => {
  const rows = [
    ...clean,
    { image: "copy.ppm", caption: "One.", relevance: 1, split: "train" },
    { image: "near.ppm", caption: "Two.", relevance: 1, split: "train" },
  ];
  const more = { "copy.ppm": drawBlots(1), "near.ppm": drawBlots(2, 96) };

  const found = (await inspect(rows, { more })).findings;
  expect(found.map(({ kind, severity }) => [kind, severity])).toEqual([
    ["duplicate-image", "warning"],
    ["near-duplicate-image", "warning"],
  ]);
  expect(found.map(rowsOf)).toEqual([
    [0, 4],
    [2, 5],
  ]);
});

test("photos of one thing in one cell may look alike", async () => {
  const rows = [{ ...clean[0], image: "a.ppm;larger.ppm" }, ...clean.slice(2)];
  const more = { "larger.ppm": drawBlots(1, 96) };
  expect((await inspect(rows, { more })).findings).toEqual([]);
});

test("pictures of one colour each are not alike", async () => {
  const flat = (level: number) => drawPicture(40, 40, () => [level, level, level]);
  const rows = [
    { image: "light.ppm", caption: "Light." },
    { image: "dark.ppm", caption: "Dark." },
  ];
  // Twice the level makes twice the rounding: the hashes of these two are the same.
  const more = { "light.ppm": flat(200), "dark.ppm": flat(100) };
  expect((await inspect(rows, { more })).findings).toEqual([]);
});

test("pictures of one shape and different colours are not alike", async () => {
  const { rgb, ...size } = drawBlots(1);
  // Blue and red change places; green, which most of the brightness is of, stays.
  const swapped = rgb.map((_, i) => rgb[i + 2 - 2 * (i % 3)] ?? 0);
  const rows = [clean[0] ?? {}, { ...clean[1], image: "swapped.ppm" }];
  const more = { "swapped.ppm": { ...size, rgb: swapped } };
  expect((await inspect(rows, { more })).findings).toEqual([]);
});
