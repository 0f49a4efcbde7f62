/** What the script of the page gets, as JSON: the queries to browse. */
export interface BrowserData {
  /** What queries, answers and hits point to, each once. */
  readonly items: readonly BrowserItem[];
  /** Ways to tell queries apart, such as by the length of a caption. */
  readonly slices: readonly BrowserSlice[];
  /** Ranks that count as found: the cut-offs of the evaluation, lowest first. */
  readonly cutoffs: readonly number[];
  readonly directions: Readonly<Record<"t2i" | "i2t", readonly BrowserQuery[]>>;
}

/** A text, or an image. */
export interface BrowserItem {
  /** The text itself; the id of an image. */
  readonly label: string;
  readonly isImage: boolean;
  /** A `data:` URI. */
  readonly thumbnail?: string;
}

/** A property of the queries of a direction, with few values. */
interface BrowserSlice {
  readonly direction: "t2i" | "i2t";
  readonly name: string;
  readonly values: readonly string[];
}

/** One query. */
export interface BrowserQuery {
  /** Place in `items`; so are all others. */
  readonly item: number;
  /** Rank of the first right answer, from 1; an expected value where it ties. */
  readonly rank: number;
  /** The best hits, best first. */
  readonly hits: readonly BrowserHit[];
  /** Right answers, the most similar first; not always all. */
  readonly right: readonly BrowserAnswer[];
  /** How many right answers there are. */
  readonly rightCount: number;
  /** For each slice the place of this query's value; -1 for none, or a slice of the other direction. */
  readonly slices: readonly number[];
}

/** A right answer. */
export interface BrowserAnswer {
  readonly item: number;
  /** `null` where it is not known. */
  readonly score: number | null;
}

/** Something that a query found. */
interface BrowserHit {
  readonly item: number;
  readonly score: number;
  readonly isRight: boolean;
}
