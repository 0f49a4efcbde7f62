import { extname } from "node:path";
import { DatasetError, type ItemFailure, type RunOptions } from "@semblance/core";
import { beirJudgements, readJudgedIds, trecJudgements } from "../formats/judged-ids.ts";
import { describeFailure, type Reading } from "../formats/reading.ts";
import { elementsOf, firstId, membersOf } from "../source/json-values.ts";
import { readFirstLine } from "../source/read-ends.ts";
import { readJson } from "../source/read-json.ts";

/** That two items belong together, by their ids; the file does not say which of them is the image. */
export interface JudgedPair {
  /** The query. */
  readonly from: string;
  readonly to: string;
  /** Above 0 is relevant. */
  readonly relevance: number;
}

/** Judgements that a file holds. */
export interface JudgedPairs {
  readonly source: string;
  readonly pairs: readonly JudgedPair[];
  /** Lines that cannot be used. */
  readonly failures: readonly ItemFailure[];
}

/**
 * Reads judgements of ids, for {@link withJudgements}. The format is told by the file:
 *
 * - `.json`: `{ id: [id, …] }`, as ECCV Caption and its CxC have it, of images to captions or the other
 *   way round, or `{ id: { id: grade } }`;
 * - TREC qrels, `query 0 document relevance`, or BEIR's `query-id`, `corpus-id`, `score` between tabs.
 *
 * @throws {@link DatasetError} `FILE_NOT_FOUND`, `FILE_UNREADABLE`, `INVALID_UTF8`, `INVALID_JSON`, or
 * `JUDGEMENTS_EMPTY` when nothing in it can be used.
 * @see Chun et al. 2022, arXiv:2204.03359; Parekh et al. 2021, arXiv:2004.15020
 */
export async function readJudgements(file: string, options: RunOptions = {}): Promise<JudgedPairs> {
  const failures: ItemFailure[] = [];
  const fail: Reading["fail"] = (place, problem) => {
    failures.push(describeFailure(place, problem));
  };
  const isJson = extname(file).toLowerCase() === ".json";
  const pairs = isJson
    ? [...pairsOf(await readJson(file, options), file, fail)]
    : await readLinesOf(file, fail, options);
  if (pairs.length === 0) throw empty(file, failures);
  return { source: file, pairs, failures };
}

async function readLinesOf(
  file: string,
  fail: Reading["fail"],
  options: RunOptions,
): Promise<JudgedPair[]> {
  const hasTabs = ((await readFirstLine(file)) ?? "").split("\t").length === 3;
  const format = hasTabs ? beirJudgements : trecJudgements;
  const pairs: JudgedPair[] = [];
  for await (const judged of readJudgedIds(file, format, { fail }, options)) {
    pairs.push({ from: judged.query, to: judged.document, relevance: judged.relevance });
  }
  return pairs;
}

function* pairsOf(
  document: unknown,
  file: string,
  fail: Reading["fail"],
): Generator<JudgedPair, void, undefined> {
  for (const [index, [from, value]] of Object.entries(membersOf(document) ?? {}).entries()) {
    const grades = elementsOf(value)?.map((id) => [id, 1] as const);
    for (const [id, grade] of grades ?? Object.entries(membersOf(value) ?? { "": value })) {
      const to = firstId(id);
      const relevance = typeof grade === "number" ? grade : Number.NaN;
      if (to !== undefined && Number.isFinite(relevance)) yield { from, to, relevance };
      else {
        const place = { index, where: `${file}, ${from}`, input: value };
        fail(place, { code: "INVALID_ENTRY", message: "expected ids, or ids with their grades." });
      }
    }
  }
}

function empty(file: string, failures: readonly ItemFailure[]): DatasetError {
  const first = failures[0] === undefined ? "" : ` The first failure: ${failures[0].message}`;
  return new DatasetError({
    code: "JUDGEMENTS_EMPTY",
    message: `${file} has no judgement that can be used.${first}`,
    fix: "Give TREC's or BEIR's lines of judgements, or a JSON document of ids by id.",
    position: { file },
    failures,
  });
}
