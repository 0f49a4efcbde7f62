import { bootstrapInterval, withoutUndefined } from "@semblance/core";
import type { MetricValue } from "../../retrieval/evaluation.ts";
import { figure } from "../figure.ts";
import { directionNames, formatCount } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { ReportInput } from "../report-input.ts";
import { section } from "../section.ts";
import type { Slice } from "./slices.ts";

/** How parts of the queries fare: by caption length and by the columns of the data. */
export function slicesSection(input: ReportInput, slices: readonly Slice[], k: number): Markup {
  const body =
    slices.length === 0
      ? markup`<p>All queries are alike in length, and the data have no columns of their own that divide them.</p>`
      : markup`<p>hit@${k} of parts of the queries. Where the intervals of two parts overlap, their difference may be chance.</p>${table(input, slices, k)}`;
  return section("slices", "Parts of the queries", body);
}

function table(input: ReportInput, slices: readonly Slice[], k: number): Markup {
  return markup`<table class="numbers narrow">
<caption>hit@${k} and 95 % interval</caption>
<thead><tr><th scope="col">part</th><th scope="col">queries</th><th scope="col">hit@${k}</th></tr></thead>
${slices.map(
  (slice) =>
    markup`<tbody><tr><th scope="rowgroup" colspan="3">${slice.name}, ${directionNames[slice.direction]}</th></tr>${slice.parts.names.map(
      (name) => row(name, measure(input, slice, name, k)),
    )}</tbody>`,
)}</table>`;
}

function row(name: string, metric: MetricValue): Markup {
  return markup`<tr><th scope="row">${name}</th><td>${formatCount(metric.n)}</td><td>${figure(metric)}</td></tr>`;
}

function measure(
  { queries, facts }: ReportInput,
  { direction, parts }: Slice,
  name: string,
  k: number,
): MetricValue {
  const { metrics, clusters } = queries[direction];
  const hits = metrics[`hit@${k}`] ?? new Float64Array();
  const places = Array.from(hits.keys()).filter((place) => parts.of[place] === name);
  const values = Float64Array.from(places, (place) => hits[place] ?? 0);
  const groups = Uint32Array.from(places, (place) => clusters[place] ?? 0);
  const value = values.reduce((sum, hit) => sum + hit, 0) / values.length;
  // Whoever evaluates without intervals has none here either.
  const isWanted = facts.metrics[`${direction}.hit@${k}`]?.ci95 !== undefined;
  const ci95 = isWanted ? bootstrapInterval({ values, groups, range: [0, 1] }) : undefined;
  return withoutUndefined({ value, n: values.length, ci95 });
}
