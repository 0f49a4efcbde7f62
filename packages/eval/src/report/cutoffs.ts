import type { ReportInput } from "./report-input.ts";

/** The cut-offs of an evaluation, lowest first. */
export function cutoffsOf({ facts }: Pick<ReportInput, "facts">): number[] {
  const found = Object.keys(facts.metrics).flatMap(
    (name) => /^t2i\.hit@(\d+)$/.exec(name)?.[1] ?? [],
  );
  return found.map(Number).sort((a, b) => a - b);
}
