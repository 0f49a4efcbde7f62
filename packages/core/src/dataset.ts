import type { ItemFailure } from "./item-failure.ts";
import type { Metadata } from "./metadata.ts";
import type { RunOptions } from "./run-options.ts";

/** A value in a table; `null` where the cell is empty or missing. */
export type Cell = string | number | boolean | null;

/** Columns of equal length, exactly as they were read: no cell is rewritten. */
export interface Table {
  readonly columns: Readonly<Record<string, readonly Cell[]>>;
  readonly length: number;
  /** What relative image paths are relative to. */
  readonly baseFolder?: string;
  /** Where the table came from, for messages: a path. */
  readonly source?: string;
}

/** Options of {@link DatasetReader.read}. */
export interface ReadOptions extends RunOptions {
  /** Own column names by role: `{ image: "filepath", caption: "title" }`. */
  readonly columns?: Readonly<Record<string, string>>;
  /** What relative image paths are relative to. @defaultValue the folder of the source */
  readonly baseFolder?: string;
}

/** Reads one format (plugin). */
export interface DatasetReader {
  /** The format, for messages: `"table"`. */
  readonly name: string;
  /** Whether `source` looks like this format; cheap, and never throws for a foreign file. */
  sniff(source: string): Promise<boolean>;
  /** @throws {@link DatasetError} when nothing can be read, with file, line and column. */
  read(source: string, options?: ReadOptions): Promise<Dataset>;
}

/** An image or a text, with its identity. */
export interface Item {
  /** Its id column's value; without one the exact text, or the image cell as written. */
  readonly id: string;
  /** A text: one string. An image: absolute paths or URLs, several when they show one thing. */
  readonly content: readonly string[];
  readonly metadata: Metadata;
  readonly split?: string;
}

/** That an image is relevant to a text, and how much. Pairs that are not listed are not relevant. */
export interface Judgement {
  /** Id of the text item. */
  readonly text: string;
  /** Id of the image item. */
  readonly image: string;
  /** Above 0 is relevant; graded values weigh in graded metrics. */
  readonly relevance: number;
}

/** Images, texts and what belongs together. */
export interface Dataset {
  readonly name: string;
  /** Names of the splits, in order of first appearance; empty when the data has none. */
  readonly splits: readonly string[];
  /** SHA-256 over ids, splits and judgements: the same data has the same hash on every machine. */
  readonly hash: string;
  /** Rows that were left out. */
  readonly failures: readonly ItemFailure[];
  /** The distinct items, in order of first appearance. */
  items(modality: "image" | "text", options?: { readonly split?: string }): AsyncIterable<Item>;
  judgements(options?: { readonly split?: string }): AsyncIterable<Judgement>;
}
