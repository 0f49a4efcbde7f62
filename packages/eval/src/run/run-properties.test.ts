import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateRun, type RunEvaluation } from "./evaluate-run.ts";
import type { ByQuery } from "./run.ts";

const queryIds = ["q1", "q2", "q3", "q4", "q5"];
const documentIds = ["a", "b", "c", "d", "e", "f", "g", "h"];
const ties = fc.constantFrom("expected", "trec", "pessimistic", "optimistic");
const settings = { seed: 1, numRuns: 150 };

// At least one document for each query; few different scores, so that ties are common.
function drawTable(values: readonly number[]): fc.Arbitrary<ByQuery> {
  const documents = fc.dictionary(fc.constantFrom(...documentIds), fc.constantFrom(...values), {
    minKeys: 1,
    noNullPrototype: true,
  });
  return fc.dictionary(fc.constantFrom(...queryIds), documents, {
    minKeys: 1,
    noNullPrototype: true,
  });
}

const qrels = drawTable([0, 1, 1, 2, 3]).filter((table) => {
  return Object.values(table).some((documents) => Math.max(...Object.values(documents)) > 0);
});
const run = drawTable([0.25, 0.5, 0.75, 1]);

/** Qrels and a run that have a query in common that something is relevant to. */
const pairs = fc.record({ qrels, run }).filter((tables) => {
  return Object.keys(tables.run).some((query) => {
    return Object.values(tables.qrels[query] ?? {}).some((grade) => grade > 0);
  });
});

function rename(table: ByQuery, prefix: string): ByQuery {
  return Object.fromEntries(Object.entries(table).map(([query, own]) => [prefix + query, own]));
}

function reverse(table: ByQuery): ByQuery {
  const entries = Object.entries(table).map(
    ([query, own]) => [query, Object.fromEntries(Object.entries(own).reverse())] as const,
  );
  return Object.fromEntries(entries.reverse());
}

function expectClose(found: RunEvaluation, expected: Readonly<Record<string, number>>): void {
  expect(Object.keys(found.metrics).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) {
    expect(found.metrics[name], name).toBeCloseTo(value, 12);
  }
}

describe("what a run scores", () => {
  test("does not depend on the order of queries and documents", () => {
    const property = fc.property(pairs, ties, (tables, mode) => {
      const turned = { qrels: reverse(tables.qrels), run: reverse(tables.run) };
      expectClose(
        evaluateRun({ ...turned, ties: mode }),
        evaluateRun({ ...tables, ties: mode }).metrics,
      );
    });
    fc.assert(property, settings);
  });

  test("does not depend on how documents are called, but in trec_eval's order of ties", () => {
    const called = (own: Readonly<Record<string, number>>) =>
      Object.fromEntries(
        Object.entries(own).map(([id, value]) => [
          documentIds.at(-1 - documentIds.indexOf(id)),
          value,
        ]),
      );
    const renamed = (table: ByQuery) =>
      Object.fromEntries(Object.entries(table).map(([query, own]) => [query, called(own)]));
    const property = fc.property(pairs, (tables) => {
      const others = { qrels: renamed(tables.qrels), run: renamed(tables.run) };
      expectClose(evaluateRun(others), evaluateRun(tables).metrics);
    });
    fc.assert(property, settings);
    const tied = { qrels: { q: { a: 1 } }, run: { q: { a: 1, b: 1 } } };
    const swapped = { qrels: { q: { b: 1 } }, run: { q: { a: 1, b: 1 } } };
    expect(evaluateRun({ ...tied, ties: "trec" }).metrics["hit@1"]).toBe(0);
    expect(evaluateRun({ ...swapped, ties: "trec" }).metrics["hit@1"]).toBe(1);
  });

  test("does not depend on judgements that are there twice, nor on lower ones", () => {
    const property = fc.property(pairs, ties, (tables, mode) => {
      const rows = Object.entries(tables.qrels).flatMap(([query, own]) =>
        Object.entries(own).flatMap(([document, grade]) => [
          { query, document, grade: grade - 1 },
          { query, document, grade },
          { query, document, grade },
          { query, document, grade: grade - 1 },
        ]),
      );
      const columns = {
        queries: rows.map(({ query }) => query),
        documents: rows.map(({ document }) => document),
        relevance: rows.map(({ grade }) => grade),
      };
      const found = evaluateRun({ qrels: columns, run: tables.run, ties: mode });
      expect(found).toEqual(evaluateRun({ ...tables, ties: mode }));
    });
    fc.assert(property, settings);
  });

  test("of two sets of queries together is the mean of both, weighted by their queries", () => {
    const property = fc.property(pairs, pairs, ties, (first, second, mode) => {
      const both = {
        qrels: { ...rename(first.qrels, "1"), ...rename(second.qrels, "2") },
        run: { ...rename(first.run, "1"), ...rename(second.run, "2") },
      };
      const [one, two] = [first, second].map((tables) => evaluateRun({ ...tables, ties: mode }));
      const merged = evaluateRun({ ...both, ties: mode });
      const [n, m] = [one?.queries.ids.length ?? 0, two?.queries.ids.length ?? 0];
      expect(merged.queries.ids).toHaveLength(n + m);
      for (const [name, value] of Object.entries(merged.metrics)) {
        if (name === "medr") continue;
        const [a, b] = [one?.metrics[name] ?? Number.NaN, two?.metrics[name] ?? Number.NaN];
        expect(value, name).toBeCloseTo((n * a + m * b) / (n + m), 12);
      }
    });
    fc.assert(property, settings);
  });

  test("at k is what the first k documents score, when none of them ties with the next", () => {
    const property = fc.property(pairs, fc.integer({ min: 1, max: 8 }), (tables, k) => {
      const distinct = Object.entries(tables.run).map(([query, own]) => {
        const ids = Object.keys(own);
        return [query, ids.map((id, place) => [id, -place] as const)] as const;
      });
      const of = (length: number) =>
        Object.fromEntries(
          distinct.map(([query, list]) => [query, Object.fromEntries(list.slice(0, length))]),
        );
      const whole = evaluateRun({ qrels: tables.qrels, run: of(8), cutoffs: [k] }).metrics;
      const top = evaluateRun({ qrels: tables.qrels, run: of(k), cutoffs: [k] }).metrics;
      for (const name of Object.keys(whole).filter((key) => key.endsWith(`@${k}`))) {
        expect(top[name], name).toBe(whole[name]);
      }
    });
    fc.assert(property, settings);
  });

  test("lies between its worst and its best order of ties", () => {
    const property = fc.property(pairs, (tables) => {
      const { metrics: worst } = evaluateRun({ ...tables, ties: "pessimistic" });
      const { metrics: best } = evaluateRun({ ...tables, ties: "optimistic" });
      for (const mode of ["expected", "trec"] as const) {
        const { metrics } = evaluateRun({ ...tables, ties: mode });
        for (const [name, value] of Object.entries(metrics)) {
          const [low, high] = name.endsWith("r") && name !== "mapr" ? [best, worst] : [worst, best];
          expect(value, name).toBeGreaterThanOrEqual((low[name] ?? Number.NaN) - 1e-12);
          expect(value, name).toBeLessThanOrEqual((high[name] ?? Number.NaN) + 1e-12);
        }
      }
    });
    fc.assert(property, settings);
  });

  test("depends on ties exactly when the order of tied documents can change it", () => {
    const property = fc.property(pairs, (tables) => {
      const worst = evaluateRun({ ...tables, ties: "pessimistic", cutoffs: [1, 2, 3, 4, 5, 6, 7] });
      const best = evaluateRun({ ...tables, ties: "optimistic", cutoffs: [1, 2, 3, 4, 5, 6, 7] });
      const differ = worst.queries.ids.filter((_, i) => {
        return Object.keys(worst.queries.metrics).some(
          (name) => worst.queries.metrics[name]?.[i] !== best.queries.metrics[name]?.[i],
        );
      });
      expect(worst.ties.queries).toBe(differ.length);
      expect(best.ties).toEqual(worst.ties);
    });
    fc.assert(property, settings);
  });
});
