import { resolve } from "node:path";
import { expect, test } from "vitest";
import { clean, find, inspect, pictures, toTable } from "../../fixtures/inspect-rows.ts";
import { pictureFolder } from "../../fixtures/picture-folder.ts";
import { drawBlots, drawPicture } from "../../fixtures/plain-pictures.ts";
import { checkImages } from "./check-images.ts";
import { collectTables } from "./collect-tables.ts";
import { inspectTables } from "./inspect-tables.ts";
import { fingerprintOf } from "./pictures/fingerprint.ts";
import type { ImageLook } from "./pictures/look-at-images.ts";

test("tells missing, broken and remote images apart", async () => {
  const rows = [
    ...clean,
    { image: "lost.ppm", caption: "One.", relevance: 1, split: "test" },
    { image: "cut.ppm", caption: "Two.", relevance: 1, split: "test" },
    { image: "https://example.org/x.jpg", caption: "Three.", relevance: 1, split: "test" },
  ];
  const { findings, rowsAtFault } = await inspect(rows, { more: { "cut.ppm": Buffer.from("P6") } });

  expect(findings.map(({ kind, severity }) => [kind, severity])).toEqual([
    ["missing-image", "error"],
    ["broken-image", "error"],
    ["unchecked-image", "info"],
  ]);
  expect(findings.map(({ items }) => items[0]?.image)).toEqual([
    "lost.ppm",
    "cut.ppm",
    "https://example.org/x.jpg",
  ]);
  expect(findings[1]?.items[0]?.reason).toMatch(/^Cannot read .*cut\.ppm\.$/);
  expect(rowsAtFault).toEqual([[4, 5]]);
});

test("finds images that are tiny, huge or narrow", async () => {
  const rows = ["tiny", "huge", "narrow"].map((name) => ({ image: `${name}.ppm`, caption: name }));
  const draw = (width: number, height: number) =>
    drawPicture(width, height, (x, y) => [(x * 7) % 256, (y * 5) % 256, (x * y) % 256]);
  const more = {
    "tiny.ppm": draw(31, 60),
    "huge.ppm": draw(150, 100),
    "narrow.ppm": draw(161, 40),
  };
  const limits = { maxPixels: 10_000, maxBytes: 1e9 };

  expect(await find("tiny-image", rows, { more })).toMatchObject({ rows: [0] });
  expect(await find("huge-image", rows, { more, limits })).toMatchObject({ rows: [1] });
  expect(await find("extreme-aspect-ratio", rows, { more })).toMatchObject({ rows: [2] });
});

test("without a decoder, finds copies and missing files alone", async () => {
  const rows = [
    ...clean,
    { image: "copy.ppm", caption: "One.", relevance: 1, split: "test" },
    { image: "lost.ppm", caption: "Two.", relevance: 1, split: "test" },
  ];
  await using files = await pictureFolder({ ...pictures, "copy.ppm": drawBlots(1) });
  const { findings } = await inspectTables([toTable(rows, { baseFolder: files.folder })]);
  expect(findings.map(({ kind }) => kind)).toEqual(["image-across-splits", "missing-image"]);
});

test("finds an image of more pixels than a model has use for", () => {
  const columns = { image: ["large.jpg", "usual.jpg"], caption: ["One.", "Two."] };
  const data = collectTables([{ columns, length: 2 }], { baseFolder: "/photos" });
  const fingerprint = fingerprintOf(drawBlots(1));
  const sized = (width: number, height: number): ImageLook => {
    return { state: "seen", content: `${width}`, picture: { width, height, fingerprint } };
  };
  const looks = new Map([
    [resolve("/photos/large.jpg"), sized(10_000, 5_001)],
    [resolve("/photos/usual.jpg"), sized(10_000, 5_000)],
  ]);

  const huge = checkImages(data, looks).find(({ kind }) => kind === "huge-image");
  expect(huge?.items).toEqual([
    { row: 0, image: "large.jpg", caption: "One.", reason: "10000 × 5001 pixels" },
  ]);
});
