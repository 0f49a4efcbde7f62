import { quantile } from "@semblance/core";

/** Queries divided by a property. */
export interface QueryParts {
  /** In the order to list them. */
  readonly names: readonly string[];
  /** The name of each query's part; `undefined` for a query in none. */
  readonly of: readonly (string | undefined)[];
}

// A column with more values than this tells rows apart, not kinds of rows.
const mostValues = 20;
const noParts: QueryParts = { names: [], of: [] };

/** By their number of words, in quarters. */
export function partsByWords(texts: readonly string[]): QueryParts {
  return quarters(
    texts.map((text) => text.trim().split(/\s+/).length),
    "words",
  );
}

/**
 * By the value of a column. Numbers of more than 20 values are taken in quarters; of another column
 * with more than 20 values there are no parts.
 */
export function partsByColumn(
  cells: readonly (string | number | boolean | undefined)[],
): QueryParts {
  const distinct = new Set(cells);
  distinct.delete(undefined);
  if (distinct.size <= mostValues) {
    return { names: Array.from(distinct, String), of: cells.map((cell) => cell?.toString()) };
  }
  const numbers = cells.filter((cell) => typeof cell === "number");
  if (numbers.length < cells.filter((cell) => cell !== undefined).length) return noParts;
  return quarters(cells.map((cell) => (typeof cell === "number" ? cell : undefined)));
}

// Fewer than four where many values are the same.
function quarters(values: readonly (number | undefined)[], unit = ""): QueryParts {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  if (sorted.length === 0) return noParts;
  const cuts = [...new Set([0.25, 0.5, 0.75, 1].map((share) => quantile(sorted, share)))];
  // A cut between two values may part nothing from the one before.
  const bounds = cuts.filter((cut, i) =>
    sorted.some((value) => value <= cut && value > (cuts[i - 1] ?? Number.NEGATIVE_INFINITY)),
  );
  const partOf = (value: number) => bounds.findIndex((bound) => value <= bound);
  const names = bounds.map((_, part) => {
    const own = sorted.filter((value) => partOf(value) === part);
    const [low = 0, high = 0] = [own[0], own.at(-1)];
    return `${low === high ? low : `${low} to ${high}`} ${unit}`.trim();
  });
  const of = values.map((value) => (value === undefined ? undefined : names[partOf(value)]));
  return { names, of };
}
