import { type Cell, ConfigError, type Table } from "@semblance/core";

/** A value of the label column. */
export type LabelValue = string | number | boolean;

/** Which value of the label column says that a pair is a match, and which that it is none. */
export interface MatchLabels {
  readonly matchLabel?: LabelValue | undefined;
  readonly noMatchLabel?: LabelValue | undefined;
}

/**
 * The label column as relevance: 1 where the cell is `matchLabel`, else 0; empty cells stay empty.
 * Values are compared as text, for a CSV file has no other.
 *
 * @throws {@link ConfigError} with code `MATCH_LABEL_UNKNOWN` when no cell is `matchLabel`, or when there
 * is no `matchLabel` and no cell is a number.
 */
export function toRelevance(
  cells: readonly Cell[],
  { matchLabel }: MatchLabels,
  column: string,
): readonly Cell[] {
  const present = cells.filter((cell) => cell !== null && cell !== "");
  if (matchLabel === undefined) {
    if (present.length > 0 && !present.some(isNumber)) throw unknown(column, present, "a number");
    return cells;
  }
  const match = String(matchLabel);
  if (present.length > 0 && !present.some((cell) => String(cell) === match)) {
    throw unknown(column, present, JSON.stringify(matchLabel));
  }
  return cells.map((cell) =>
    cell === null || cell === "" ? null : Number(String(cell) === match),
  );
}

/**
 * The values that `predict` gives: the data's own where `matchLabel` is set, else 1 and 0.
 *
 * @throws {@link ConfigError} with code `NO_MATCH_LABEL_UNKNOWN` when neither the settings nor the data
 * say what a pair that does not match is called.
 */
export function matchValues(
  { matchLabel, noMatchLabel }: MatchLabels,
  label: { readonly column: string; readonly table: Table },
): { readonly match: LabelValue; readonly noMatch: LabelValue } {
  if (matchLabel === undefined) return { match: 1, noMatch: noMatchLabel ?? 0 };
  if (noMatchLabel !== undefined) return { match: matchLabel, noMatch: noMatchLabel };
  const others = new Map<string, LabelValue>();
  for (const cell of label.table.columns[label.column] ?? []) {
    if (cell === null || cell === "" || String(cell) === String(matchLabel)) continue;
    others.set(String(cell), cell);
  }
  const [other] = others.values();
  if (other !== undefined && others.size === 1) return { match: matchLabel, noMatch: other };
  throw new ConfigError({
    code: "NO_MATCH_LABEL_UNKNOWN",
    message: `A match is called ${JSON.stringify(matchLabel)}; nothing says what a pair is called that is none.`,
    fix: 'Say it beside matchLabel, for example noMatchLabel: "not match".',
  });
}

function isNumber(cell: Cell): boolean {
  return typeof cell === "number" || (typeof cell === "string" && Number.isFinite(Number(cell)));
}

function unknown(column: string, cells: readonly Cell[], expected: string): ConfigError {
  const found = [...new Set(cells)].slice(0, 5).map((cell) => JSON.stringify(cell));
  return new ConfigError({
    code: "MATCH_LABEL_UNKNOWN",
    message: `No cell of the column "${column}" is ${expected}; it holds ${found.join(", ")}.`,
    fix: `Say which of its values is a match, for example matchLabel: ${found[0]}.`,
  });
}
