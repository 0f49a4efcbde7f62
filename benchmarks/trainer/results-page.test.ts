import { expect, test } from "vitest";
import { type Row, toRow } from "../measure.ts";
import type { Report } from "../report.ts";
import { beforeRows, methodRows } from "./method-rows.ts";
import { resultsPage } from "./results-page.ts";
import type { QueryLine } from "./retrieval-scores.ts";

const machine = { cpu: "A", cores: 2, memoryGiB: 8, node: "v24", date: "2026-01-02", load: 0.1 };
const report = (rows: Row[], noisy = false): Report => ({
  schema: 1,
  benchmark: "trainer",
  machine: { ...machine, noisy },
  rows,
  ratios: {},
});

const metricsOf = (hit: number) => ({ "hit@1": 0, "hit@5": hit, "hit@10": hit });
const queries = (hit: number): QueryLine[] =>
  ["a", "b", "c"].flatMap((image) => [
    { direction: "t2i", query: `${image} text`, relevant: [image], metrics: metricsOf(hit) },
    { direction: "i2t", query: image, relevant: [`${image} text`], metrics: metricsOf(hit) },
  ]);

const outcome = (kept: string, rate?: number) => ({ kept, seconds: 30, rate });

test("a method's row has its time, speed, choices and metrics, after the start's own", () => {
  const outcomes = [outcome("best", 64), outcome("start", 64)];
  const rows = [
    ...beforeRows("tiny", queries(0)),
    ...methodRows("tiny", { method: "full", outcomes, queries: [queries(1), queries(0)] }),
  ];
  const page = resultsPage({ trainer: report([]), methods: report(rows) });
  expect(page).toContain("### From tiny");
  expect(page).toMatch(/\| before \| – \| – \| – \| 0\.000 \(0\.000 to 0\.000\)/);
  expect(page).toMatch(
    /\| full \| 30\.0 \| 64 \| 1 of 2 \| 0\.000 .*\| 0\.500 \(0\.500 to 0\.500\)/,
  );
});

test("a method that makes no updates has no rate", () => {
  const fits = { method: "adapter", outcomes: [outcome("best")], queries: [queries(1)] };
  const page = resultsPage({ trainer: report([]), methods: report(methodRows("tiny", fits)) });
  expect(page).toContain("| adapter | 30.0 | – | 1 of 1 |");
});

test("a busy machine is told of, and the trainer's own table comes first", () => {
  const trainer = report([toRow({ system: "semblance", case: "small", unit: "images/s" }, [5])]);
  const page = resultsPage({ trainer, methods: report([], true) });
  expect(page.indexOf("| small | semblance |")).toBeLessThan(page.indexOf("## Methods"));
  expect(page).toContain("these figures decide nothing");
});
