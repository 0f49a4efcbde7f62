import type { Direction } from "../retrieval/evaluation.ts";
import { cutoffsOf } from "./cutoffs.ts";
import { countOf, directionNames, directions, formatCount, formatPercent } from "./format.ts";
import { type Markup, markup } from "./markup.ts";
import type { ReportedFacts, ReportInput } from "./report-input.ts";

/** What the page is called. */
export function titleOf({ model, dataset }: ReportedFacts): string {
  return `${model.name} on ${dataset.name}`;
}

/** What was measured, how, and what came out in a sentence per direction. */
export function header({ facts, queries }: ReportInput): Markup {
  const { dataset } = facts;
  const split = dataset.split === null ? "all of the data" : `split “${dataset.split}”`;
  return markup`<header>
<p class="kicker">Retrieval in both directions</p>
<h1>${titleOf(facts)}</h1>
<p class="lead">${split}: ${countOf(dataset.images, "image")}, ${countOf(dataset.texts, "text")}, ${countOf(dataset.pairs, "pair")} that belong together</p>
<div class="tiles">${directions.map((direction) => tile(facts, direction))}</div>
<dl class="facts">${factsOf(facts, queries).map(
    ([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl>
</header>
`;
}

const questions: Readonly<Record<Direction, string>> = {
  t2i: "of the texts find a right image",
  i2t: "of the images find a right text",
};

function tile(facts: ReportedFacts, direction: Direction): Markup | undefined {
  const [k = 1] = cutoffsOf({ facts });
  const hit = facts.metrics[`${direction}.hit@${k}`];
  if (hit === undefined) return undefined;
  const [low, high] = hit.ci95 ?? [];
  const interval =
    low === undefined || high === undefined
      ? "no interval"
      : `95 % interval ${formatPercent(low)} to ${formatPercent(high)}`;
  return markup`<div class="tile"><p class="direction">${directionNames[direction]}</p><p class="figure">${formatPercent(hit.value)}</p><p>${questions[direction]} ${k === 1 ? "first" : `among the first ${k}`}</p><p class="bounds">${interval}, ${formatCount(hit.n)} queries</p></div>`;
}

const tieNames: Readonly<Record<string, string>> = {
  expected: "equal scores stand in random order; figures are the mean over all orders",
  trec: "equal scores stand in the order of trec_eval: the higher id first",
  pessimistic: "among equal scores right answers come last",
  optimistic: "among equal scores right answers come first",
};

const intervals = "95 %, over clusters: queries that share right answers are drawn together";

function rulesOf({ captionsPerImage, folds }: ReportedFacts["protocol"]): [string, string][] {
  const rules: [string, string][] = [];
  if (typeof captionsPerImage === "number") {
    rules.push(["Captions", `the first ${captionsPerImage} of each image`]);
  }
  if (typeof folds === "number") {
    rules.push(["Folds", `${folds} parts of the images; each query is ranked within its own`]);
  }
  return rules;
}

function factsOf(
  { model, dataset, protocol, metrics }: ReportedFacts,
  queries: ReportInput["queries"],
): [string, Markup | string][] {
  const hash = (value: string) => markup`<code title="${value}">${value.slice(0, 16)}</code>`;
  return [
    ["Model", model.dtype === null ? model.name : `${model.name}, ${model.dtype}`],
    ["Weights (SHA-256)", model.sha256 === null ? "not known" : hash(model.sha256)],
    ["Gallery (SHA-256)", hash(dataset.galleryHash)],
    ["Similarity", protocol.similarity === "cosine" ? "cosine" : "dot product"],
    ["Ties", tieNames[protocol.ties] ?? protocol.ties],
    ["Prompt", protocol.prompt ?? "texts as they are"],
    ...rulesOf(protocol),
    ["Intervals", Object.values(metrics).some(({ ci95 }) => ci95) ? intervals : "none"],
    [
      "Queries",
      directions
        .map(
          (direction) =>
            `${formatCount(queries[direction].rows.length)} ${directionNames[direction]}`,
        )
        .join(", "),
    ],
  ];
}
