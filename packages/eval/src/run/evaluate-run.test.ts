import { describe, expect, test } from "vitest";
import fixture from "../fixtures/runs.json" with { type: "json" };
import { evaluateRun } from "./evaluate-run.ts";
import { indexRun } from "./index-run.ts";
import type { ByQuery } from "./run.ts";

const run: ByQuery = fixture.run;
const qrels: ByQuery = fixture.qrels;
const { cutoffs } = fixture;

function byQuery(evaluation: ReturnType<typeof evaluateRun>, name: string): Map<string, number> {
  const { ids, metrics } = evaluation.queries;
  return new Map(ids.map((id, i) => [id, metrics[name]?.[i] ?? Number.NaN]));
}

describe("against others, in trec_eval's order of ties", () => {
  const evaluation = evaluateRun({ qrels, run, cutoffs, ties: "trec" });

  test.each([
    ["trec_eval", fixture.trec],
    ["ranx", fixture.ranx],
    ["torchmetrics", fixture.torchmetrics],
    ["CLIP_benchmark's formula", fixture.clipBenchmark],
  ])("equals %s, query by query", (_, expected: ByQuery) => {
    expect(Object.keys(expected)).toHaveLength(19);
    for (const [query, values] of Object.entries(expected)) {
      for (const [name, value] of Object.entries(values)) {
        expect(byQuery(evaluation, name).get(query), `${query} ${name}`).toBeCloseTo(value, 10);
      }
    }
  });

  test("means count missing queries as ir_measures counts them", () => {
    for (const [name, value] of Object.entries(fixture.zeroForMissing)) {
      expect(evaluation.metrics[name], name).toBeCloseTo(value, 10);
    }
  });

  test("scores are compared as float32, and as they are in every other mode", () => {
    const tables = { qrels: { q: { a: 1 } }, run: { q: { a: 0.1 + 1e-10, b: 0.1 } } };
    expect(evaluateRun({ ...tables, ties: "trec" }).metrics["hit@1"]).toBe(0);
    expect(evaluateRun({ ...tables, ties: "pessimistic" }).metrics["hit@1"]).toBe(1);
  });
});

describe("what counts", () => {
  test("queries with nothing relevant, missing ones and ones without judgements are told apart", () => {
    const { withoutRelevant, missing, unjudged, queries } = evaluateRun({ qrels, run });
    expect({ withoutRelevant, missing, unjudged }).toEqual({
      withoutRelevant: 1,
      missing: 4,
      unjudged: 1,
    });
    expect(queries.ids).toEqual(Object.keys(qrels).filter((id) => id !== "q3"));
  });

  test("missing queries find nothing by default, and do not count when skipped", () => {
    const tables = { qrels: { q: { a: 1 }, r: { a: 1 } }, run: { q: { a: 1 } } };
    expect(evaluateRun(tables).metrics).toMatchObject({ "hit@1": 0.5, "mrr@10": 0.5 });
    const skipped = evaluateRun({ ...tables, missingQueries: "skip" });
    expect(skipped.metrics).toMatchObject({ "hit@1": 1, medr: 1, meanr: 1 });
    expect(skipped).toMatchObject({ missing: 1, queries: { ids: ["q"] } });
  });

  test("relevant documents that were not retrieved have no rank but count as relevant", () => {
    const { metrics, queries } = evaluateRun({
      qrels: { q: { a: 1, b: 1 }, r: { c: 1 } },
      run: { q: { x: 2, a: 1 }, r: { x: 1 } },
    });
    expect(queries.metrics.rank).toEqual(Float64Array.of(2, Number.POSITIVE_INFINITY));
    expect(queries.metrics["recall@5"]).toEqual(Float64Array.of(0.5, 0));
    expect(queries.metrics.rprecision).toEqual(Float64Array.of(0.5, 0));
    expect(metrics).not.toHaveProperty("meanr");
    expect(metrics).not.toHaveProperty("medr");
  });

  test("the median rank exists where half of the queries find something", () => {
    const found = { a: 1, b: 2 };
    const { metrics } = evaluateRun({
      qrels: { q: { a: 1 }, r: { b: 1 }, s: { c: 1 } },
      run: { q: found, r: found, s: found },
    });
    expect(metrics.medr).toBe(2);
    expect(metrics).not.toHaveProperty("meanr");
  });

  test("a score of minus infinity ranks last", () => {
    const found = { a: Number.NEGATIVE_INFINITY, b: 0 };
    expect(evaluateRun({ qrels: { q: { a: 1 } }, run: { q: found } }).metrics.meanr).toBe(2);
  });

  test("documents that score alike are at chance, and their queries are counted as tied", () => {
    const documents = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`d${i}`, 0.5]));
    const { metrics, ties } = evaluateRun({ qrels: { q: { d0: 1 } }, run: { q: documents } });
    expect(metrics["hit@5"]).toBeCloseTo(5 / 20, 12);
    expect(metrics.meanr).toBe(21 / 2);
    expect(ties).toEqual({ queries: 1 });
  });
});

describe("forms of input", () => {
  const expected = evaluateRun({ qrels, run, cutoffs });
  const toRows = (table: ByQuery) =>
    Object.entries(table).flatMap(([query, documents]) =>
      Object.entries(documents).map(([document, value]) => ({ query, document, value })),
    );

  test("columns give what records give, in whatever order their rows are", () => {
    const judged = toRows(qrels);
    const found = toRows(run).sort((a, b) => a.value - b.value);
    const columns = {
      qrels: {
        queries: judged.map(({ query }) => query),
        documents: judged.map(({ document }) => document),
        relevance: Int8Array.from(judged, ({ value }) => value),
      },
      run: {
        queries: found.map(({ query }) => query),
        documents: found.map(({ document }) => document),
        scores: Float64Array.from(found, ({ value }) => value),
      },
    };
    expect(evaluateRun({ ...columns, cutoffs })).toEqual(expected);
  });

  test("what was read once is measured again and again", () => {
    const indexed = indexRun({ qrels, run });
    expect(evaluateRun({ indexed, cutoffs, ties: "trec" }).metrics).not.toEqual(expected.metrics);
    expect(evaluateRun({ indexed, cutoffs })).toEqual(expected);
  });
});

describe("refusals", () => {
  const tables = { qrels: { q: { a: 1 } }, run: { q: { a: 1 } } };

  test.each([
    [{ cutoffs: [0] }, "cutoffs must be positive integers"],
    [{ ties: "random" as "trec" }, "ties must be one of expected, trec, pessimistic, optimistic"],
    [{ missingQueries: "one" as "zero" }, 'missingQueries must be "zero" or "skip"'],
    [{ run: { queries: ["q"], documents: [], scores: [1] } }, "Columns must be equally long"],
  ])("of %j say what is allowed", (options, message) => {
    expect(() => evaluateRun({ ...tables, ...options })).toThrow(RangeError);
    expect(() => evaluateRun({ ...tables, ...options })).toThrow(message);
  });

  test.each([
    [{ qrels: { q: { a: 0 } } }, "NOTHING_RELEVANT", "The qrels have 1 queries"],
    [
      { run: { Q: { a: 1 } } },
      "RUN_UNRELATED",
      'such as "q", is in the run, which has queries such as "Q"',
    ],
    [{ run: {} }, "RUN_UNRELATED", "which is empty"],
    [
      { run: { q: { a: Number.NaN } } },
      "NUMBER_INVALID",
      'has NaN as score of document "a" for query "q"',
    ],
    [
      { qrels: { q: { a: Number.POSITIVE_INFINITY } } },
      "NUMBER_INVALID",
      "has Infinity as relevance",
    ],
    [
      { run: { queries: ["q", "r", "q"], documents: ["a", "a", "a"], scores: [1, 2, 3] } },
      "DOCUMENT_REPEATED",
      'The run has document "a" more than once for query "q"',
    ],
  ])("of %j carry a code", (options, code, message) => {
    expect(() => evaluateRun({ ...tables, ...options })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });
});
