import type { Direction } from "../../retrieval/evaluation.ts";
import { type QueryResult, queryResult } from "../../retrieval/query-columns.ts";
import { cutoffsOf } from "../cutoffs.ts";
import type { ReportInput } from "../report-input.ts";
import type { Similarity } from "../similarity.ts";
import type { Slice } from "../slices/slices.ts";
import type { BrowserAnswer, BrowserData, BrowserQuery } from "./browser-data.ts";
import { type ChosenQueries, chooseQueries } from "./choose-queries.ts";
import type { ItemTable } from "./item-table.ts";

/** The queries of a report, and how they were chosen. */
export interface BrowserQueries {
  readonly data: Omit<BrowserData, "items">;
  readonly chosen: Readonly<Record<Direction, ChosenQueries>>;
}

/** What queries to browse are built from. */
interface Building {
  readonly input: ReportInput;
  /** Gets the items that they point to. */
  readonly table: ItemTable;
  readonly slices: readonly Slice[];
  readonly similarity: Similarity | undefined;
}

const mostHits = 10;
const mostRight = 5;

/** Chooses queries and says of each what came and what was right. */
export function buildBrowserData(building: Building): BrowserQueries {
  const { input, slices } = building;
  const limit = input.limits?.queries ?? 100;
  const chosen = {
    t2i: chooseQueries(input.queries.t2i, limit),
    i2t: chooseQueries(input.queries.i2t, limit),
  };
  const build = (direction: Direction) =>
    chosen[direction].indices.map((index) => toBrowserQuery(building, direction, index));
  // The few images that are asked with enter the table, and get their thumbnails, before the many found.
  const i2t = build("i2t");
  const directions = { t2i: build("t2i"), i2t };
  const data = {
    slices: slices.map(({ direction, name, parts }) => ({
      direction,
      name,
      values: parts.names,
    })),
    cutoffs: cutoffsOf(input),
    directions,
  };
  return { data, chosen };
}

function toBrowserQuery(building: Building, direction: Direction, index: number): BrowserQuery {
  const { input, table, slices } = building;
  const [asked, answers] = sidesOf(direction);
  const result = queryResult(input, direction, index);
  const right = rightAnswers(building, direction, result);
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
    slices: slices.map((slice) => placeIn(slice, direction, index)),
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

function placeIn(slice: Slice, direction: Direction, index: number): number {
  const part = slice.direction === direction ? slice.parts.of[index] : undefined;
  return part === undefined ? -1 : slice.parts.names.indexOf(part);
}

function rounded(score: number): number {
  return Number(score.toFixed(4));
}
