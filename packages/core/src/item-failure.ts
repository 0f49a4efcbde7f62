/** One item that was left out, and why. Everything else was done. */
export interface ItemFailure {
  /** Position of the item in the input, from 0 (the data row of a table, without its header). */
  readonly index: number;
  /** The item as it was given, shortened: a path, the text, or a description of bytes. */
  readonly input: string;
  /** Stable name of what went wrong: `"IMAGE_UNREADABLE"`. */
  readonly code: string;
  readonly message: string;
}
