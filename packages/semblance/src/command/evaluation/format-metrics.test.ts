import { toEmbeddings } from "@semblance/core";
import { datasetFromTable } from "@semblance/data";
import { evaluateDataset, type RetrievalReport } from "@semblance/matcher";
import { expect, test } from "vitest";
import { formatMetrics } from "./format-metrics.ts";

async function reportOf(rows: readonly number[], confidence: false | { seed: number }) {
  const dataset = datasetFromTable({
    columns: { image: ["a", "b"], caption: ["x", "y"] },
    length: 2,
  });
  const source = {
    image: toEmbeddings(Float32Array.of(1, 0, 0, 1), 2),
    text: toEmbeddings(Float32Array.from(rows), 2),
  };
  const model = { id: null, name: "embeddings", dtype: null, sha256: null };
  const options = { dataset, source, model, cutoffs: [1, 5, 10], confidence };
  return (await evaluateDataset(options)).report;
}

const lineOf = (text: string, name: string) =>
  text.split("\n").find((line) => line.startsWith(name));

test("each metric is a line with both directions and their intervals", async () => {
  const text = formatMetrics(await reportOf([1, 0, 0, 1], { seed: 0 }), [1, 5, 10]);
  expect(text.split("\n")[0]).toBe("embeddings on table: 2 images, 2 texts, 2 pairs");
  expect(lineOf(text, "hit@1 ")).toMatch(/^hit@1 +1\.0000 {2}\[0\.3424, 1\.0000\] +1\.0000 {2}\[/);
  expect(lineOf(text, "rsum")).toMatch(/^rsum {3}600\.0( {2}\[.+\])?$/);
  expect(lineOf(text, "gmean")).toMatch(/^gmean {2}1\.0000/);
  expect(lineOf(text, "hub skewness")).toMatch(/^hub skewness +0\.00 +0\.00$/);
  expect(lineOf(text, "never in 2 best")).toMatch(/^never in 2 best +0\.0 % +0\.0 %$/);
});

test("without intervals only figures are shown, ranks with one digit", async () => {
  const text = formatMetrics(await reportOf([0, 1, 0, 1], false), [1, 5, 10]);
  expect(lineOf(text, "medr")).toMatch(/^medr +1\.5 +1\.5$/);
  expect(lineOf(text, "hit@1 ")).toMatch(/^hit@1 +0\.5000 +0\.5000$/);
});

test("ties are mentioned when there are some, and only then", async () => {
  const tied = formatMetrics(await reportOf([1, 1, 1, 1], false), [1]);
  expect(tied).toContain("queries have ties");
  expect(formatMetrics(await reportOf([1, 0, 0, 1], false), [1])).not.toContain("ties");
});

test("an order of ties that was asked for is named", async () => {
  const report = await reportOf([1, 1, 1, 1], false);
  const protocol = { ...report.protocol, ties: "trec" as const };
  expect(formatMetrics({ ...report, protocol }, [1])).toContain(
    "queries have ties, in trec order.",
  );
});

test("left-out queries, cut texts and the split are mentioned", async () => {
  const report: RetrievalReport = await reportOf([1, 0, 0, 1], false);
  const dataset = { ...report.dataset, split: "test" };
  const withoutRelevant = { t2i: 1, i2t: 2 };
  const text = formatMetrics({ ...report, dataset, withoutRelevant, truncated: 7 }, [1]);
  expect(text).toContain('split "test"');
  expect(text).toContain("3 queries without a relevant item were left out.");
  expect(text).toContain("7 texts were cut to the model's length.");
});

test("one is one: a query, a text, a caption", async () => {
  const report: RetrievalReport = await reportOf([1, 0, 0, 1], false);
  const protocol = { ...report.protocol, captionsPerImage: 1 };
  const counts = { withoutRelevant: { t2i: 1, i2t: 0 }, truncated: 1 };
  const ties = { ...report.ties, t2i: { ...report.ties.t2i, queries: 1 } };
  const text = formatMetrics({ ...report, protocol, ...counts, ties }, [1]);
  expect(text).toContain("1 query has ties: expected values over their order.");
  expect(text).toContain("1 query without a relevant item was left out.");
  expect(text).toContain("1 text was cut to the model's length.");
  expect(text).toContain("at most 1 caption an image");
});
