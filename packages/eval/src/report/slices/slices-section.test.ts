import { expect, test } from "vitest";
import { createReportInput } from "../../fixtures/report-input.ts";
import { slicesOf } from "./slices.ts";
import { slicesSection } from "./slices-section.ts";

async function slicedInput() {
  const caption = (image: number, place: number) => `word `.repeat(image % 2 === 0 ? 3 : 9) + place;
  const metadata = (image: number) => ({ place: image < 15 ? "sea" : "field", image });
  return createReportInput({ images: 20, caption, metadata });
}

test("queries are divided by caption length, and by columns of the side that asks", async () => {
  const slices = slicesOf(await slicedInput());
  const names = slices.map(({ direction, name, parts }) => [direction, name, parts.names.length]);
  expect(names).toEqual([
    ["t2i", "caption length", 2],
    ["i2t", "place", 2],
    ["i2t", "image", 20],
  ]);
});

test("a part has the share of its own queries that hit, and their number", async () => {
  const input = await slicedInput();
  const html = slicesSection(input, slicesOf(input), 1).toString();
  const hits = input.queries.i2t.metrics["hit@1"]?.slice(0, 15) ?? new Float64Array();
  const share = hits.reduce((sum, hit) => sum + hit, 0) / 15;
  const cells = `<td>15</td><td><span class="value">${share.toFixed(3)}</span> <span class="bounds">`;
  expect(html).toContain(`<tr><th scope="row">sea</th>${cells}`);
});

test("an evaluation without intervals has none by part", async () => {
  const input = await slicedInput();
  const metrics = { "i2t.hit@1": { value: 0.5, n: 20 } };
  const facts = { ...input.facts, metrics };
  expect(slicesSection({ ...input, facts }, slicesOf(input), 1).toString()).not.toContain("bounds");
});

test("queries that are alike in everything have no parts", async () => {
  const input = await createReportInput({ images: 4, caption: () => "same words" });
  expect(slicesOf(input)).toEqual([]);
  expect(slicesSection(input, [], 1).toString()).toContain("All queries are alike in length");
});
