import type { Row } from "../measure.ts";

/** Which cases give ratios; of `first-step` less is better, of the others more. */
const compared = [
  "small",
  "first-step",
  "b32",
  "quality.tiny-clip.hit@10",
  "quality.pretrained.hit@10",
];

/** Ours against each peer that has the case: above 1 ours is better. */
export function trainerRatios(rows: readonly Row[]): Record<string, number> {
  const ratios = compared.flatMap((name) => {
    const inCase = rows.filter((row) => row.case === name);
    const ours = inCase.find(({ system }) => system === "semblance");
    if (!ours) return [];
    return inCase
      .filter((row) => row !== ours)
      .map(({ system, value }) => {
        const ratio = name === "first-step" ? value / ours.value : ours.value / value;
        return [`${name}.vs.${system}`, ratio] as const;
      });
  });
  return Object.fromEntries(ratios);
}
