import type { Item } from "@semblance/core";
import type { Direction } from "../../retrieval/evaluation.ts";
import { type QueryResult, queryResult } from "../../retrieval/query-columns.ts";
import type { ReportInput } from "../report-input.ts";
import type { Similarity } from "../similarity.ts";
import type { BrowserAnswer, BrowserData, BrowserQuery } from "./browser-data.ts";
import { type ChosenQueries, chooseQueries } from "./choose-queries.ts";
import type { ItemTable } from "./item-table.ts";
import { columnSlices, lengthSlice, type Slice } from "./slices.ts";

/** The queries of a report, and how they were chosen. */
export interface BrowserQueries {
  readonly data: Omit<BrowserData, "items">;
  readonly chosen: Readonly<Record<Direction, ChosenQueries>>;
}

interface Building {
  readonly input: ReportInput;
  readonly table: ItemTable;
  readonly slices: readonly Slice[];
  readonly similarity: Similarity | undefined;
}

const mostHits = 10;
const mostRight = 5;

/** Chooses queries and says of each what came and what was right; their items go to `table`. */
export function buildBrowserData(
  input: ReportInput,
  table: ItemTable,
  similarity: Similarity | undefined,
): BrowserQueries {
  const limit = input.limits?.queries ?? 100;
  const chosen = {
    t2i: chooseQueries(input.queries.t2i, limit),
    i2t: chooseQueries(input.queries.i2t, limit),
  };
  const slices = [lengthSlice, ...columnSlices([...input.texts, ...input.images])];
  const building = { input, table, slices, similarity };
  const build = (direction: Direction) =>
    chosen[direction].indices.map((index) => toBrowserQuery(building, direction, index));
  // The few images that are asked with enter the table, and get their thumbnails, before the many found.
  const i2t = build("i2t");
  const directions = { t2i: build("t2i"), i2t };
  const data = {
    slices: slices.map(({ name, values }) => ({ name, values })),
    cutoffs: readCutoffs(input),
    directions,
  };
  return { data, chosen };
}

function toBrowserQuery(building: Building, direction: Direction, index: number): BrowserQuery {
  const { input, table, slices } = building;
  const [asked, answers] = sidesOf(direction);
  const result = queryResult(input, direction, index);
  const right = rightAnswers(building, direction, result);
  const item = itemsOf(input, asked)[result.query];
  const isRight = new Set(result.relevant);
  return {
    item: table.place(asked, result.query),
    rank: result.metrics.rank ?? 0,
    hits: result.hits.slice(0, mostHits).map(({ row, score }) => ({
      item: table.place(answers, row),
      score: rounded(score),
      isRight: isRight.has(row),
    })),
    right,
    rightCount: result.relevant.length,
    slices: slices.map(({ placeOf }) => (item === undefined ? -1 : placeOf(item, asked))),
  };
}

function rightAnswers(
  { table, similarity }: Building,
  direction: Direction,
  { query, relevant }: QueryResult,
): BrowserAnswer[] {
  const [, answers] = sidesOf(direction);
  const scored = relevant.map((row) => {
    const [image, text] = direction === "t2i" ? [row, query] : [query, row];
    return { row, score: similarity?.(image, text) ?? null };
  });
  const best = scored.sort((a, b) => (b.score ?? 0) - (a.score ?? 0)).slice(0, mostRight);
  return best.map(({ row, score }) => ({
    item: table.place(answers, row),
    score: score === null ? null : rounded(score),
  }));
}

/** Which side asks in a direction, and which answers. */
function sidesOf(direction: Direction): readonly ["image" | "text", "image" | "text"] {
  return direction === "t2i" ? ["text", "image"] : ["image", "text"];
}

function itemsOf(input: ReportInput, modality: "image" | "text"): readonly Item[] {
  return modality === "image" ? input.images : input.texts;
}

function readCutoffs(input: ReportInput): number[] {
  const found = Object.keys(input.facts.metrics).flatMap(
    (name) => /^t2i\.hit@(\d+)$/.exec(name)?.[1] ?? [],
  );
  return [...new Set(found.map(Number))].sort((a, b) => a - b);
}

function rounded(score: number): number {
  return Number(score.toFixed(4));
}
