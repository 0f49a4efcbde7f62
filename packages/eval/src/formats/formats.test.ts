import { expect, test } from "vitest";
import { evaluateForExport } from "../fixtures/exported-evaluation.ts";
import peers from "../fixtures/formats.json" with { type: "json" };
import { writeFormats } from "../fixtures/write-formats.ts";
import { toClipBenchmark } from "./clip-benchmark.ts";
import { toMteb } from "./mteb.ts";
import { toCsv, toMarkdown } from "./table.ts";
import { toTrecQrels } from "./trec.ts";

const { document } = await evaluateForExport();
const directions = ["t2i", "i2t"] as const;

test("every file is what the peers read", async () => {
  expect(await writeFormats()).toEqual(peers.files);
});

test.each(directions)("trec_eval finds our figures in the run (%s)", (way) => {
  const expected = Object.entries(peers.trec[way]);
  expect(expected.length).toBeGreaterThan(15);
  for (const [name, value] of expected) {
    const ours = document.metrics[`${way}.${name}`]?.value ?? Number.NaN;
    expect(Math.abs(ours - value), name).toBeLessThan(1e-9);
  }
});

test.each(directions)("MTEB reads its file, and finds our figures (%s)", (way) => {
  const figure = (key: string) => document.metrics[`${way}.${key}`]?.value;
  expect(peers.mteb[way]).toMatchObject({
    task: `drawn${way.toUpperCase()}Retrieval`,
    languages: ["eng"],
    splits: ["valid"],
    score: figure("ndcg@10"),
    hit_rate_at_1: figure("hit@1"),
    ndcg_at_5: figure("ndcg@5"),
    mrr_at_10: figure("mrr@10"),
    map_at_10: figure("map@10"),
    recall_at_5: figure("recall@5"),
    precision_at_5: figure("precision@5"),
  });
});

test("CLIP_benchmark reads its file: hit rates, named as there", () => {
  const { metrics } = document;
  expect(peers.clipBenchmark).toEqual({
    dataset: "drawn",
    model: "ViT|tiny",
    pretrained: "abcdef",
    model_fullname: "ViT|tiny abcdef",
    task: "zeroshot_retrieval",
    language: "en",
    ...Object.fromEntries(
      [1, 5, 10].flatMap((k) => [
        [`image_retrieval_recall@${k}`, String(metrics[`t2i.hit@${k}`]?.value)],
        [`text_retrieval_recall@${k}`, String(metrics[`i2t.hit@${k}`]?.value)],
      ]),
    ),
  });
});

test("what peers ask for can be named", () => {
  const clip = toClipBenchmark(document, { pretrained: "laion2b", language: "de" });
  expect(JSON.parse(clip)).toMatchObject({ pretrained: "laion2b", language: "de" });

  const options = { taskName: "Own", datasetRevision: "r1", languages: ["deu-Latn"] };
  const mteb = toMteb(document, { direction: "t2i", ...options });
  expect(JSON.parse(mteb)).toMatchObject({
    task_name: "Own",
    dataset_revision: "r1",
    scores: { valid: [{ languages: ["deu-Latn"] }] },
  });
});

test("MTEB's file is refused without its main score", () => {
  const { "t2i.ndcg@10": _, ...metrics } = document.metrics;
  expect(() => toMteb({ ...document, metrics }, { direction: "t2i" })).toThrow("cut at 10");
});

test("TREC's judgements are refused where a grade is no whole number", () => {
  const judged = [{ id: "a", relevance: 0.5 }];
  expect(() => [...toTrecQrels([{ query: "q", hits: [], judged }])]).toThrow(
    expect.objectContaining({ code: "RELEVANCE_NOT_WHOLE" }),
  );
});

test("CSV has a line per metric, with quotes where they are needed", () => {
  const named = { ...document, model: { name: 'ViT, "tiny"' } };
  const [header, ...lines] = toCsv(named).trimEnd().split("\r\n");

  expect(header).toBe("model,dataset,split,direction,metric,value,ci95_low,ci95_high,n");
  const { value, ci95 = [], n } = document.metrics["t2i.hit@1"] ?? {};
  const cells = ["drawn", "valid", "t2i", "hit@1", value, ...ci95, n];
  expect(lines).toContain(['"ViT, ""tiny"""', ...cells].join(","));
  expect(lines).toHaveLength(Object.keys(document.metrics).length);
  expect(lines.find((line) => line.includes(",,rsum,"))).toBeDefined();
});

test("Markdown has a row per metric, intervals, and nothing that breaks the table", () => {
  const lines = toMarkdown(document).split("\n");

  expect(lines[0]).toBe("**ViT\\|tiny** on drawn, split “valid”: 9 images, 21 texts, 42 pairs");
  const { value = 0, ci95 = [0, 0] } = document.metrics["t2i.hit@1"] ?? {};
  const [low, high] = ci95.map((bound) => bound.toFixed(4));
  expect(lines[4]).toContain(`| hit@1 | ${value.toFixed(4)} [${low}, ${high}] | `);
  expect(lines).toContainEqual(expect.stringMatching(/^\| medr \| \d+\.\d \| \d+\.\d \|$/));
  expect(lines.at(-2)).toMatch(
    /^rsum \d+\.\d .*In brackets: 95 % intervals\. Order of ties: trec\.$/,
  );
});

test("a result of one metric is a whole document in every format", () => {
  const small = { ...document, metrics: { "i2t.hit@1": { value: 0.5, n: 2 } } };

  expect(toCsv(small).split("\r\n")[1]).toBe("ViT|tiny,drawn,valid,i2t,hit@1,0.5,,,2");
  expect(toMarkdown(small)).toContain("| hit@1 |  | 0.5000 |");
  expect(toMarkdown(small)).not.toContain("In brackets");
  expect(JSON.parse(toClipBenchmark(small)).metrics).toEqual({ "text_retrieval_recall@1": 0.5 });
});
