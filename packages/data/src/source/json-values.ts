/** The members of a JSON object; `undefined` for any other value. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return { ...value };
}

/** The elements of a JSON list; `undefined` for any other value. */
export function elementsOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** The first of `values` that is a text with more than white space. */
export function firstText(...values: readonly unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === "string" && value.trim() !== "");
}

/** The first of `values` that can be an id: such a text, or a whole number, in digits. */
export function firstId(...values: readonly unknown[]): string | undefined {
  const found = values.find(
    (value) => Number.isSafeInteger(value) || firstText(value) !== undefined,
  );
  return found === undefined ? undefined : String(found);
}
