import { DatasetError } from "@semblance/core";

/** A query with its best hits and its judgements, by ids. */
export interface RankedQuery {
  readonly query: string;
  /** Highest score first. */
  readonly hits: readonly { readonly id: string; readonly score: number }[];
  /** What is relevant, with its grade. */
  readonly judged: readonly { readonly id: string; readonly relevance: number }[];
}

/** Options of {@link toTrecRun}. */
export interface TrecRunOptions {
  /** Names the run. @defaultValue `"semblance"` */
  readonly tag?: string;
}

/**
 * The hits of queries as a TREC run, `query Q0 document rank score tag` a line, query by query.
 *
 * trec_eval goes by scores, and by ids where scores are equal. Ids are separated by white space, so
 * white space in them (and `%`) is percent-encoded, as `decodeURIComponent` reads it.
 */
export function* toTrecRun(
  queries: Iterable<RankedQuery>,
  options: TrecRunOptions = {},
): Generator<string, void, undefined> {
  const tag = encodeId(options.tag ?? "semblance");
  for (const { query, hits } of queries) {
    const lines = hits.map(
      ({ id, score }, i) => `${encodeId(query)} Q0 ${encodeId(id)} ${i + 1} ${score} ${tag}\n`,
    );
    yield lines.join("");
  }
}

/**
 * The judgements of queries as TREC qrels, `query 0 document relevance` a line; ids as in
 * {@link toTrecRun}.
 *
 * @throws {@link DatasetError} `RELEVANCE_NOT_WHOLE`: the format has whole numbers alone.
 */
export function* toTrecQrels(queries: Iterable<RankedQuery>): Generator<string, void, undefined> {
  for (const { query, judged } of queries) {
    const lines = judged.map(({ id, relevance }) => {
      if (!Number.isInteger(relevance)) throw notWhole(query, id, relevance);
      return `${encodeId(query)} 0 ${encodeId(id)} ${relevance}\n`;
    });
    yield lines.join("");
  }
}

function encodeId(id: string): string {
  return id.replace(/[\s%]/g, (character) => encodeURIComponent(character));
}

function notWhole(query: string, id: string, relevance: number): DatasetError {
  const pair = `${JSON.stringify(query)} and ${JSON.stringify(id)}`;
  return new DatasetError({
    code: "RELEVANCE_NOT_WHOLE",
    message: `TREC's judgements are whole numbers, found ${relevance} for ${pair}.`,
    fix: "Give grades such as 1, 2 and 3, or choose another format.",
  });
}
