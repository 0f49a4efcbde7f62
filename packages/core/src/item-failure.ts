/** One item that was left out, and why. Everything else was done. */
export interface ItemFailure {
  /**
   * Position of the item in the input of whoever lists it, from 0: the data row for a reader of tables,
   * the item of its side for an encoder or a trainer. `input` and `message` name it by itself.
   */
  readonly index: number;
  /** The item as it was given, shortened: a path, the text, or a description of bytes. */
  readonly input: string;
  /** Stable name of what went wrong: `"IMAGE_UNREADABLE"`. */
  readonly code: string;
  readonly message: string;
}
