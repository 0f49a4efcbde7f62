import type { Filter, Metadata } from "@semblance/core";

/** Whether an item with this metadata passes. */
export type MatchesFilter = (metadata: Metadata) => boolean;

type Value = Metadata[string];
type Condition = Extract<Filter, { readonly field: string }>;

/**
 * Turns a filter into a function, and so checks it once.
 *
 * Values are compared without conversion: `"1"` does not equal `1`. `lt`, `lte`, `gt` and `gte`
 * compare numbers by size and strings by UTF-16 code unit, never one with the other. A missing field
 * fulfils `ne` alone. `all` of nothing passes everything, `any` of nothing passes nothing.
 *
 * @throws TypeError for an unknown operator, or a value that the operator cannot compare.
 */
export function compileFilter(filter: Filter): MatchesFilter {
  if ("all" in filter) {
    const parts = filter.all.map(compileFilter);
    return (metadata) => parts.every((matches) => matches(metadata));
  }
  if ("any" in filter) {
    const parts = filter.any.map(compileFilter);
    return (metadata) => parts.some((matches) => matches(metadata));
  }
  const { field, op } = filter;
  const test = compileCondition(filter);
  return (metadata) => {
    const value = metadata[field];
    return value === undefined ? op === "ne" : test(value);
  };
}

type Sortable = string | number;

const comparisons = {
  lt: (found: Sortable, value: Sortable) => found < value,
  lte: (found: Sortable, value: Sortable) => found <= value,
  gt: (found: Sortable, value: Sortable) => found > value,
  gte: (found: Sortable, value: Sortable) => found >= value,
};

function compileCondition(condition: Condition): (found: Value) => boolean {
  const { op } = condition;
  if (op === "eq") return equals(condition);
  if (op === "ne") return not(equals(condition));
  if (op === "in") return isOneOf(condition);
  if (Object.hasOwn(comparisons, op)) return compares(condition, comparisons[op]);
  throw new TypeError(`Unknown filter operator in ${JSON.stringify(condition)}.`);
}

function not(test: (found: Value) => boolean): (found: Value) => boolean {
  return (found) => !test(found);
}

function equals(condition: Condition): (found: Value) => boolean {
  const { value } = condition;
  if (!isValue(value)) throw badValue(condition, "a string, number or boolean");
  return (found) => found === value;
}

function isOneOf(condition: Condition): (found: Value) => boolean {
  const { value } = condition;
  if (!Array.isArray(value) || !value.every(isValue)) {
    throw badValue(condition, "an array of strings, numbers or booleans");
  }
  const values = new Set<unknown>(value);
  return (found) => values.has(found);
}

function compares(
  condition: Condition,
  holds: (found: Sortable, value: Sortable) => boolean,
): (found: Value) => boolean {
  const { value } = condition;
  if (!isSortable(value)) throw badValue(condition, "a string or a number");
  return (found) => isSortable(found) && typeof found === typeof value && holds(found, value);
}

function isSortable(value: unknown): value is Sortable {
  return typeof value === "string" || typeof value === "number";
}

function isValue(value: unknown): value is Value {
  return isSortable(value) || typeof value === "boolean";
}

function badValue({ field, op, value }: Condition, expected: string): TypeError {
  return new TypeError(
    `The filter on ${JSON.stringify(field)} needs ${expected} for ${JSON.stringify(op)}, found ${JSON.stringify(value)}.`,
  );
}
