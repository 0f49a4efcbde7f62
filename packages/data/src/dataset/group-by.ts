/** Values by key, keys in order of first appearance; a value may have several. */
export function groupBy<T>(
  values: Iterable<T>,
  keysOf: (value: T) => readonly string[],
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    for (const key of keysOf(value)) {
      const group = groups.get(key) ?? [];
      groups.set(key, group);
      group.push(value);
    }
  }
  return groups;
}
