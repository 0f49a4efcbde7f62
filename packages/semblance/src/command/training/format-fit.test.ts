import type { FitSummary } from "@semblance/matcher";
import { expect, test } from "vitest";
import { formatFit as format } from "./format-fit.ts";

const formatFit = (fit: FitSummary) => format(fit, { showCandidates: false });

const summary: FitSummary = {
  kept: "best",
  before: { "t2i.hit@1": 0.1, "t2i.mrr": 0.2 },
  after: { "t2i.hit@1": 0.25, "t2i.mrr": 0.3 },
  judged: {
    metric: "mrr",
    gain: 0.1,
    start: new Float64Array(),
    candidate: new Float64Array(),
    groups: new Uint32Array(),
  },
  gain: { value: 0.1, interval: [0.05, 0.15] },
  steps: 40,
  stopped: "timeLimit",
  timing: { fit: 59.94, export: 8 },
  failures: [],
  model: "/runs/my run",
};

test("says which weights were kept, by how much, and how to evaluate them", () => {
  const text = formatFit(summary);
  expect(text).toContain("The best weights of the training were kept");
  expect(text).toContain("+0.1000 [0.0500, 0.1500])");
  expect(text).toMatch(/^t2i\.hit@1 +0\.1000 +0\.2500$/m);
  expect(text).toContain("40 steps in 59.9 s (the time limit was reached), export 8.0 s.");
  expect(text).toContain("eval -m '/runs/my run' -d test.csv");
});

test("a start that was kept is said to be the start", () => {
  const text = formatFit({
    ...summary,
    kept: "start",
    gain: { value: -0.02, interval: [-0.05, 0.01] },
  });
  expect(text).toContain("The start was kept");
  expect(text).toContain("−0.0200 [-0.0500, 0.0100], an interval that includes 0");
});

test("an interval below 0 is not said to include it", () => {
  const gain = { value: -0.09, interval: [-0.15, -0.03] } as const;
  const text = formatFit({ ...summary, kept: "start", gain });
  expect(text).toContain("[-0.1500, -0.0300]");
  expect(text).not.toContain("includes 0");
});

test("no interval is shown where nothing could be judged", () => {
  expect(formatFit({ ...summary, gain: { value: 0 } })).toContain("validation: +0.0000)");
});

test("the average, and weights between start and trained ones, are named", () => {
  expect(formatFit({ ...summary, kept: "average" })).toContain(
    "The average weights of the best checkpoints were kept (mean reciprocal rank",
  );
  expect(formatFit({ ...summary, kept: "interpolated", alpha: 0.25 })).toContain(
    "Weights between the start (75 %) and the trained ones (25 %) were kept",
  );
});

test("the metric that judged is named", () => {
  const judged = { ...summary.judged, metric: "t2i.ndcg@5" };
  expect(formatFit({ ...summary, judged })).toContain("(t2i.ndcg@5 on the judging half");
});

test("candidates are listed where they are asked for", () => {
  const candidates = [
    { name: "start", choosing: 0.2 },
    { name: "average of 3", choosing: 0.31 },
    { name: "alpha 0.5", choosing: null },
  ];
  expect(formatFit({ ...summary, candidates })).not.toContain("average of 3");
  const text = format({ ...summary, candidates }, { showCandidates: true });
  expect(text).toMatch(/^candidate +mean reciprocal rank on the choosing half$/m);
  expect(text).toMatch(/^average of 3 +0\.3100$/m);
  expect(text).toMatch(/^alpha 0\.5 +not finite$/m);
});
