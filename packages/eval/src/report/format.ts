import type { Direction, MetricValue } from "../retrieval/evaluation.ts";

/** How a direction is called in a report. */
export const directionNames: Readonly<Record<Direction, string>> = {
  t2i: "text → image",
  i2t: "image → text",
};

/** Both directions, in the order in which reports have them. */
export const directions: readonly Direction[] = ["t2i", "i2t"];

/** `1,234`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 text`, `1,234 texts`. */
export function countOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** At most so many characters of a text, and a sign that there are more. */
export function shorten(text: string, characters: number): string {
  return text.length > characters ? `${text.slice(0, characters)}…` : text;
}

/** A share in [0, 1] as `41.2 %`. */
export function formatPercent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** A score with its sign as a minus, which is as wide as a plus; nothing is below 0 that rounds to it. */
export function formatScore(score: number, digits = 2): string {
  const text = score.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

/** `0.412 [0.360, 0.464]`; without its interval where it has none. */
export function formatMetric({ value, ci95 }: MetricValue, digits = 3): string {
  const interval = ci95?.map((bound) => bound.toFixed(digits)).join(", ");
  return interval === undefined ? value.toFixed(digits) : `${value.toFixed(digits)} [${interval}]`;
}
