/** Query id → document id → number: the shape of pytrec_eval and of most JSON files. */
export type ByQuery = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What is relevant to each query, with its grade. A grade of 0 or less is not relevant. */
export type Qrels = ByQuery | QrelsColumns;

/** The same as columns of equal length: one row a judgement, in any order. */
export interface QrelsColumns {
  readonly queries: readonly string[];
  readonly documents: readonly string[];
  readonly relevance: ArrayLike<number>;
}

/** The documents that a system retrieved for each query, with their scores: higher is better. */
export type Run = ByQuery | RunColumns;

/** The same as columns of equal length: one row a document, in any order. */
export interface RunColumns {
  readonly queries: readonly string[];
  readonly documents: readonly string[];
  readonly scores: ArrayLike<number>;
}
