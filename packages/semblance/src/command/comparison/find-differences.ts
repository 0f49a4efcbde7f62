import type { MetricValue } from "@semblance/eval";
import type { RetrievalReport } from "@semblance/matcher";
import type { WrittenEvaluation } from "../../results/read-evaluation.ts";

/** Something that is not as it was. */
export interface ResultDifference {
  /** Its path in the document: `"metrics.t2i.hit@1.value"`. */
  readonly what: string;
  readonly expected: unknown;
  readonly found: unknown;
}

/**
 * What a result that was run again does not share with what was written: counts, hashes, precision
 * and protocol exactly, figures and intervals within `tolerance` times the figure or 1, whichever is
 * larger.
 */
export function findDifferences(
  expected: WrittenEvaluation,
  found: RetrievalReport,
  tolerance: number,
): ResultDifference[] {
  const { images, texts, pairs, galleryHash } = expected.dataset;
  const { id, dtype, sha256 } = expected.model;
  return [
    ...differingKeys("dataset", { images, texts, pairs, galleryHash }, found.dataset),
    ...differingKeys("model", { id, dtype, sha256 }, found.model),
    ...differingKeys("protocol", expected.protocol, found.protocol),
    ...differingMetrics(expected.metrics, found.metrics, tolerance),
  ];
}

function differingKeys(
  what: string,
  expected: Readonly<Record<string, unknown>>,
  found: object,
): ResultDifference[] {
  const values = new Map<string, unknown>(Object.entries(found));
  return Object.entries(expected).flatMap(([key, value]) => {
    const own = values.get(key);
    const isSame = JSON.stringify(own) === JSON.stringify(value);
    return isSame ? [] : [{ what: `${what}.${key}`, expected: value, found: own ?? null }];
  });
}

type Metrics = Readonly<Record<string, MetricValue>>;

function differingMetrics(expected: Metrics, found: Metrics, tolerance: number) {
  const keys = new Set([...Object.keys(expected), ...Object.keys(found)]);
  return [...keys].flatMap((key): ResultDifference[] => {
    const [before, after] = [expected[key], found[key]];
    if (!before || !after) {
      return [{ what: `metrics.${key}`, expected: before ?? null, found: after ?? null }];
    }
    const figures = [
      { name: "value", expected: before.value, found: after.value },
      { name: "n", expected: before.n, found: after.n },
      { name: "ci95[0]", expected: before.ci95?.[0], found: after.ci95?.[0] },
      { name: "ci95[1]", expected: before.ci95?.[1], found: after.ci95?.[1] },
    ];
    return figures
      .filter((figure) => !isNear(figure.expected, figure.found, tolerance))
      .map((figure) => ({
        what: `metrics.${key}.${figure.name}`,
        expected: figure.expected ?? null,
        found: figure.found ?? null,
      }));
  });
}

function isNear(a: number | undefined, b: number | undefined, tolerance: number): boolean {
  if (a === undefined || b === undefined) return a === b;
  return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a));
}
