import { expect, test } from "vitest";
import { differenceOf, type QueryLine, scoreOf, toQueries } from "./retrieval-scores.ts";

const images = ["a", "b", "c", "d"];

/** Two texts for each image; whether a query hits is told by its number. */
function run(hit: (direction: string, query: number) => boolean): QueryLine[] {
  const line = (direction: "t2i" | "i2t", query: string, image: string, number: number) => ({
    direction,
    query,
    relevant: direction === "t2i" ? [image] : [`${image}1`, `${image}2`],
    metrics: { "hit@10": hit(direction, number) ? 1 : 0 },
  });
  const texts = images.flatMap((image) => [1, 2].map((n) => ({ image, text: `${image}${n}` })));
  return [
    ...texts.map(({ image, text }, i) => line("t2i", text, image, i)),
    ...images.map((image, i) => line("i2t", image, image, i)),
  ];
}

test("both directions weigh the same, however many queries they have", () => {
  const half = run((direction) => direction === "i2t");
  expect(scoreOf([half], "hit@10", "both").value).toBeCloseTo(0.5, 12);
  expect(scoreOf([half], "hit@10", "i2t").value).toBe(1);
  expect(scoreOf([half], "hit@10", "t2i").value).toBe(0);
});

test("seeds are averaged, and each is told", () => {
  const score = scoreOf([run(() => true), run((_, query) => query < 4)], "hit@10", "t2i");
  expect([score.value, ...score.runs]).toEqual([0.75, 1, 0.5]);
  expect(score.low).toBeLessThan(0.75);
  expect(score.high).toBe(1);
});

test("a difference is paired: equal runs differ by nothing, with no width", () => {
  const uneven = run((_, query) => query % 3 === 0);
  expect(differenceOf([uneven], [uneven], "hit@10", "both")).toMatchObject({
    value: 0,
    low: 0,
    high: 0,
  });
  expect(differenceOf([run(() => true)], [run(() => false)], "hit@10", "both").value).toBe(1);
});

test("queries of one image stand or fall together", () => {
  const pairs = run((_, query) => Math.floor(query / 2) % 2 === 0);
  const { low, high } = scoreOf([pairs], "hit@10", "t2i");
  expect([low, high]).toEqual([0, 1]);
});

test("runs on other queries cannot be compared, and a file is read in its order", () => {
  const all = run(() => true);
  expect(() => differenceOf([all], [all.slice(1)], "hit@10", "both")).toThrow("queries differ");
  expect(toQueries(`${all.map((line) => JSON.stringify(line)).join("\n")}\n`)).toEqual(all);
});
