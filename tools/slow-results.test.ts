import { expect, test } from "vitest";
import { mergeResults, type SlowResults, type VitestReport } from "./slow-results.ts";

const run = { root: "/checkout", date: "2026-11-25", machine: "two cores" };

function reportOf(status: string, figures?: Record<string, number>): VitestReport {
  const meta = figures ? { figures } : {};
  const result = { fullName: "it holds", status, duration: 1234.5, meta };
  return { testResults: [{ name: "/checkout/a/b.slow.test.ts", assertionResults: [result] }] };
}

test("a slow test's outcome is kept with date, machine, time and what it measured", () => {
  expect(mergeResults({}, reportOf("passed", { worst: 1e-7 }), run)).toEqual({
    "a/b.slow.test.ts: it holds": {
      ...{ date: "2026-11-25", machine: "two cores", passed: true, seconds: 1.2 },
      figures: { worst: 1e-7 },
    },
  });
});

test("a test that fails takes the place of its earlier outcome; what did not run stays", () => {
  const old = { date: "2026-01-01", machine: "one core", passed: true, seconds: 2 };
  const earlier: SlowResults = {
    "z.slow.test.ts: it rests": old,
    "a/b.slow.test.ts: it holds": old,
  };
  const merged = mergeResults(earlier, reportOf("failed"), run);
  expect(Object.keys(merged)).toEqual(["a/b.slow.test.ts: it holds", "z.slow.test.ts: it rests"]);
  expect(merged["a/b.slow.test.ts: it holds"]).toMatchObject({ passed: false, date: "2026-11-25" });
  expect(merged["z.slow.test.ts: it rests"]).toEqual(old);
  expect(mergeResults(earlier, reportOf("skipped"), run)).toEqual(earlier);
});
