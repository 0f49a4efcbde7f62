/** The sides of a dual encoder. */
export type Side = "image" | "text";

/** What is fed: pixels, token ids, and of each token whether it is one, its place, and its type, 0. */
export type InputRole = "pixels" | "ids" | "mask" | "positions" | "types";

/** An input of a graph, and what goes into it. */
export interface FittedInput {
  readonly name: string;
  readonly role: InputRole;
  readonly type: "float32" | "float16" | "uint8" | "int64" | "int32";
  /** Sizes, or names of those that vary. */
  readonly shape: readonly (number | string)[];
}

/** How one side of a graph is fed and read. */
export interface FittedSide {
  readonly inputs: readonly FittedInput[];
  /** Name of the output that holds the vectors. */
  readonly output: string;
  /** Rows of every run, where the graph has a number fixed. */
  readonly rows: number | undefined;
  /** Tokens of every text, where the graph has a number fixed. */
  readonly length: number | undefined;
}

/** How a graph is fed and read. */
export type GraphFit = Readonly<Partial<Record<Side, FittedSide>>>;

/** Whether channels stand last: `[batch, height, width, 3]`. */
export function isChannelsLast({ shape }: FittedInput): boolean {
  return shape[3] === 3 && shape[1] !== 3;
}
