import { expect, test } from "vitest";
import { clean, find, inspect, type Row } from "../../fixtures/inspect-rows.ts";
import type { FindingKind } from "./finding.ts";

test.each<[FindingKind, string, Row, number[]]>([
  ["empty-image", "warning", { image: " ", caption: "x", relevance: 1, split: "test" }, [4]],
  ["empty-caption", "warning", { image: "c.ppm", caption: "", relevance: 1, split: "test" }, [4]],
  ["invalid-relevance", "warning", { image: "c.ppm", caption: "x", relevance: "yes" }, [4]],
  ["missing-split", "warning", { image: "c.ppm", caption: "x", relevance: 1 }, [4]],
  ["negative-relevance", "warning", { ...clean[3], caption: "x", relevance: -1 }, [4]],
  ["conflicting-relevance", "warning", { ...clean[3], relevance: 0 }, [3, 4]],
  ["duplicate-row", "info", { ...clean[3] }, [4]],
  ["caption-across-splits", "error", { ...clean[3], caption: "Two cats." }, [2, 4]],
  ["near-caption-across-splits", "warning", { ...clean[3], caption: "two  cats" }, [2, 4]],
  ["near-duplicate-caption", "info", { ...clean[3], caption: "A boat, at sea" }, [3, 4]],
  ["long-caption", "warning", { ...clean[3], caption: "word ".repeat(56) }, [4]],
  ["caption-without-image", "info", { ...clean[3], caption: "x", relevance: 0 }, [4]],
])("a row may be a fault: %s", async (kind, severity, row, rows) => {
  expect(await find(kind, [...clean, row])).toMatchObject({ severity, rows });
});

test("an id of two contents, and rows without an id", async () => {
  const rows = [
    { image_id: "1", image: "a.ppm", caption: "One." },
    { image_id: "1", image: "b.ppm", caption: "Two." },
    { image_id: null, image: "c.ppm", caption: "Three." },
  ];
  expect(await find("id-conflict", rows)).toMatchObject({ rows: [1] });
  expect(await find("empty-id", rows)).toMatchObject({ rows: [2] });
});

test("equal captions under several ids count as wrong for each other", async () => {
  const rows = [
    { image: "a.ppm", caption: "A dog.", caption_id: 1 },
    { image: "b.ppm", caption: "A dog.", caption_id: 2 },
  ];
  expect(await find("duplicate-caption", rows)).toMatchObject({ rows: [0, 1] });
});

test("says when relevance tells nothing apart, or is of two scales", async () => {
  const judged = (values: number[]) =>
    clean.slice(0, 3).map((row, i) => ({ ...row, relevance: values[i] ?? null }));

  expect(await find("nothing-relevant", judged([0, 0, -1]))).toMatchObject({ severity: "error" });
  const unusable = [{ image: "a.ppm", caption: null }];
  expect(await find("nothing-relevant", unusable)).toMatchObject({ severity: "error", rows: [0] });
  expect(await find("constant-relevance", judged([3, 3, 3]))).toMatchObject({ rows: [0, 1, 2] });
  expect(await find("mixed-relevance-scale", judged([0.5, 0.7, 3]))).toMatchObject({ rows: [2] });
  expect((await inspect(judged([0, 1, 0]))).findings.map(({ kind }) => kind)).toEqual([
    "image-without-caption",
    "caption-without-image",
  ]);
});
