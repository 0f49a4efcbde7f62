/** How far a long operation has come. Libraries report it; only applications print it. */
export interface Progress {
  /** What is being done, in words: `"encoding images"`. */
  readonly stage: string;
  /** Units finished so far in this stage. */
  readonly done: number;
  /** Units in this stage, where known. */
  readonly total?: number;
  /** Plural noun: `"images"`, `"bytes"`, `"steps"`. */
  readonly unit: string;
}
