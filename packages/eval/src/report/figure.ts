import type { MetricValue } from "../retrieval/evaluation.ts";
import { formatScore } from "./format.ts";
import { type Markup, markup } from "./markup.ts";

/** A figure with its interval, for a cell of a table. */
export function figure({ value, ci95 }: MetricValue, digits = 3): Markup {
  const [low, high] = ci95 ?? [];
  const bounds =
    low === undefined || high === undefined
      ? undefined
      : markup` <span class="bounds">${formatInterval(low, high, digits)}</span>`;
  return markup`<span class="value">${formatScore(value, digits)}</span>${bounds}`;
}

// A dash before a minus cannot be read.
function formatInterval(low: number, high: number, digits: number): string {
  const dash = low < 0 || high < 0 ? " to " : "–";
  return `${formatScore(low, digits)}${dash}${formatScore(high, digits)}`;
}
