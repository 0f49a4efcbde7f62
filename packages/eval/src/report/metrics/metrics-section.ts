import type { MetricValue } from "../../retrieval/evaluation.ts";
import { figure } from "../figure.ts";
import { directionNames, formatMetric } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { ReportInput } from "../report-input.ts";
import { section } from "../section.ts";
import { metricPlot } from "./metric-plot.ts";
import { familyOf, type MetricRow, meanings, metricRows, summedMetrics } from "./metric-rows.ts";

/** Every metric with its interval: plot, table, and what the names mean. */
export function metricsSection({ facts }: ReportInput): Markup {
  const rows = metricRows(facts.metrics);
  const names = [...rows.map(({ name }) => name), ...summedMetrics(facts.metrics).map(first)];
  const families = [...new Set(names.map(familyOf))];
  return section(
    "metrics",
    "Metrics",
    markup`<div class="beside">${metricPlot(rows)}${table(rows)}</div>
${sums(summedMetrics(facts.metrics))}
<details><summary>What the names mean</summary><dl class="meanings">${families.map(
      (family) => markup`<dt>${family}</dt><dd>${meanings[family] ?? "no description"}</dd>`,
    )}</dl></details>`,
  );
}

function table(rows: readonly MetricRow[]): Markup {
  return markup`<table class="numbers">
<caption>Value and 95 % interval</caption>
<thead><tr><th scope="col">metric</th><th scope="col">${directionNames.t2i}</th><th scope="col">${directionNames.i2t}</th></tr></thead>
<tbody>${rows.map(
    (row) =>
      markup`<tr><th scope="row">${row.name}</th><td>${cell(row.t2i, row)}</td><td>${cell(row.i2t, row)}</td></tr>`,
  )}</tbody></table>`;
}

function cell(metric: MetricValue | undefined, { isShare }: MetricRow): Markup | undefined {
  return metric && figure(metric, isShare ? 3 : 1);
}

function sums(metrics: readonly (readonly [string, MetricValue])[]): Markup | undefined {
  if (metrics.length === 0) return undefined;
  return markup`<p>Both directions together: ${metrics.map(
    ([name, metric], i) =>
      markup`${i === 0 ? "" : ", "}${name} ${formatMetric(metric, name === "rsum" ? 1 : 3)}`,
  )}.</p>`;
}

function first<Value>([value]: readonly [Value, ...unknown[]]): Value {
  return value;
}
