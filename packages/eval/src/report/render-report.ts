import { calibrationSection } from "./calibration/calibration-section.ts";
import { buildHeatMap, type HeatMapPlaces } from "./examples/build-heat-map.ts";
import { type HeatMap, heatMapSection } from "./examples/heat-map-section.ts";
import { header, titleOf } from "./header.ts";
import { type Markup, markup } from "./markup.ts";
import { metricsSection } from "./metrics/metrics-section.ts";
import { failuresSection } from "./notes/failures-section.ts";
import { hubnessSection } from "./notes/hubness-section.ts";
import { manifestSection } from "./notes/manifest-section.ts";
import { notesSection } from "./notes/notes-section.ts";
import { renderPage } from "./page.ts";
import type { BrowserItem } from "./queries/browser-data.ts";
import { browserSection } from "./queries/browser-section.ts";
import { buildBrowserData } from "./queries/build-browser-data.ts";
import { createItemTable } from "./queries/item-table.ts";
import { ranksSection } from "./ranks/ranks-section.ts";
import type { ReportInput } from "./report-input.ts";
import { similarityOf } from "./similarity.ts";
import { slicesOf } from "./slices/slices.ts";
import { slicesSection } from "./slices/slices-section.ts";

/**
 * An evaluation as one HTML page that needs no network: metrics with intervals, ranks, calibration,
 * a matrix of examples, queries to browse with what came and what was right, and what to know before
 * one trusts the figures.
 *
 * Its size is bounded by `limits`: some 4 MB with thumbnails, however large the data.
 *
 * @throws the reason of `signal` when it aborts, and whatever `thumbnail` throws.
 */
export async function renderReport(input: ReportInput): Promise<string> {
  const { facts, embeddings, limits } = input;
  const similarity = embeddings && similarityOf(embeddings, facts.protocol.similarity);
  const table = createItemTable(input);
  const heatMap = buildHeatMap(input, table, similarity);
  const slices = slicesOf(input);
  const { data, chosen } = buildBrowserData({ input, table, slices, similarity });
  const { items, unpictured } = await table.finish(limits?.thumbnails ?? 3_500_000);
  const sections = [
    metricsSection(input),
    ranksSection(input),
    slicesSection(input, slices, data.cutoffs[0] ?? 1),
    calibrationSection(input),
    heatMapSection(heatMap && withItems(heatMap, items, facts.protocol.similarity)),
    browserSection(data, chosen),
    hubnessSection(input),
    notesSection(input, unpictured),
    failuresSection(facts.failures),
    manifestSection(input.manifest),
  ];
  return renderPage({
    title: titleOf(facts),
    body: markup`<a class="skip" href="#main">Skip to the figures</a>
${header(input)}${navigation()}<main id="main">
${sections}</main>`,
    data: { ...data, items },
  });
}

function withItems(
  { texts, images, cells }: HeatMapPlaces,
  items: readonly BrowserItem[],
  similarity: "cosine" | "dot",
): HeatMap {
  const at = (places: readonly number[]) =>
    places.map((place) => items[place]).filter((item) => item !== undefined);
  return { texts: at(texts), images: at(images), cells, similarity };
}

const contents = [
  ["metrics", "Metrics"],
  ["ranks", "Ranks"],
  ["slices", "Parts"],
  ["calibration", "Calibration"],
  ["examples", "Examples"],
  ["queries", "Queries"],
  ["hubs", "Hubs"],
  ["notes", "Notes"],
  ["left-out", "Left out"],
  ["manifest", "Manifest"],
] as const;

function navigation(): Markup {
  return markup`<nav class="contents" aria-label="Contents"><ul>${contents.map(
    ([id, name]) => markup`<li><a href="#${id}">${name}</a></li>`,
  )}</ul></nav>
`;
}
