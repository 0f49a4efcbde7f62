import { relative, sep } from "node:path";
import type { Figures } from "./record-figures.ts";

/** How one test went when it last ran. */
export interface SlowResult {
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** Processor, cores, memory, versions. */
  readonly machine: string;
  readonly passed: boolean;
  readonly seconds: number;
  readonly figures?: Figures;
}

/** Results by test: `packages/a/src/b.slow.test.ts: what it says`. */
export type SlowResults = Readonly<Record<string, SlowResult>>;

/** What Vitest's JSON reporter writes, as far as it is read here. */
export interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      /** In milliseconds. */
      readonly duration?: number | null;
      readonly meta: { readonly figures?: Figures };
    }[];
  }[];
}

/** The results of a run laid over earlier ones, sorted; tests that did not run keep their old ones. */
export function mergeResults(
  earlier: SlowResults,
  report: VitestReport,
  run: { readonly root: string; readonly date: string; readonly machine: string },
): SlowResults {
  const { root, date, machine } = run;
  const now = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === "passed" || status === "failed")
      .map(({ fullName, status, duration, meta }): [string, SlowResult] => [
        `${relative(root, name).split(sep).join("/")}: ${fullName}`,
        {
          ...{ date, machine, passed: status === "passed" },
          seconds: Math.round((duration ?? 0) / 100) / 10,
          ...(meta.figures && { figures: meta.figures }),
        },
      ]),
  );
  const merged = Object.entries({ ...earlier, ...Object.fromEntries(now) });
  return Object.fromEntries(merged.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
