/**
 * p-values adjusted for their number by Holm's step-down method: of all that lie below a level, the
 * chance that any is there by luck alone is at most that level, however the tests hang together.
 *
 * @param values - Each in [0, 1].
 * @returns in the order given, each in [0, 1].
 * @throws RangeError for a value that is no p-value.
 * @see Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
 * Statistics 6 (1979).
 */
export function adjustByHolm(values: readonly number[]): number[] {
  const bad = values.findIndex((value) => !(value >= 0 && value <= 1));
  if (bad !== -1) {
    throw new RangeError(`p-values must lie in [0, 1], found ${values[bad]} at place ${bad}.`);
  }
  const order = [...values.keys()].sort((i, j) => (values[i] ?? 0) - (values[j] ?? 0));
  const adjusted = new Array<number>(values.length).fill(1);
  let highest = 0;
  for (const [step, index] of order.entries()) {
    const own = (values.length - step) * (values[index] ?? 1);
    highest = Math.max(highest, Math.min(1, own));
    adjusted[index] = highest;
  }
  return adjusted;
}
