import type { RetrievalReport } from "./retrieval-report.ts";

type ReportMetrics = RetrievalReport["metrics"];

/**
 * The metrics that were asked for, by family (`"recall"`), by name (`"recall@5"`), or by name and
 * direction (`"t2i.recall@5"`); in the report's order.
 *
 * @throws RangeError for one that the report has not.
 */
export function selectMetrics(metrics: ReportMetrics, wanted: readonly string[]): ReportMetrics {
  const names = Object.keys(metrics);
  for (const name of wanted) {
    if (!names.some((key) => isNamed(key, name))) {
      throw new RangeError(`There is no metric "${name}"; there are ${familiesOf(names)}.`);
    }
  }
  const entries = Object.entries(metrics);
  return Object.fromEntries(entries.filter(([key]) => wanted.some((name) => isNamed(key, name))));
}

function isNamed(key: string, name: string): boolean {
  const withoutDirection = key.replace(/^(t2i|i2t)\./, "");
  return [key, withoutDirection, withoutDirection.replace(/@.*$/, "")].includes(name);
}

function familiesOf(names: readonly string[]): string {
  return [...new Set(names.map((key) => key.replace(/^(t2i|i2t)\./, "").replace(/@.*$/, "")))].join(
    ", ",
  );
}
