/** Queries whose first right answer stands at certain ranks. */
export interface RankBin {
  /** `1`, `2`, `3–5`, `6–10`, …; */
  readonly name: string;
  readonly count: number;
}

/**
 * Counts ranks in bins that end at 1, 2, 5, 10, 20, 50, … and so are about equally wide on a
 * logarithmic scale, up to the bin of `gallery`. An expected rank between two belongs to the higher.
 */
export function binRanks(ranks: ArrayLike<number>, gallery: number): RankBin[] {
  const ends = binEnds(gallery);
  const counts = ends.map(() => 0);
  for (let i = 0; i < ranks.length; i++) {
    const place = ends.findIndex((end) => (ranks[i] ?? 0) <= end);
    if (place !== -1) counts[place] = (counts[place] ?? 0) + 1;
  }
  return ends.map((end, i) => {
    const start = (ends[i - 1] ?? 0) + 1;
    return { name: start === end ? `${end}` : `${start}–${end}`, count: counts[i] ?? 0 };
  });
}

function binEnds(gallery: number): number[] {
  const ends: number[] = [];
  for (let decade = 1; ; decade *= 10) {
    for (const step of [1, 2, 5]) {
      ends.push(step * decade);
      if (step * decade >= gallery) return ends;
    }
  }
}
