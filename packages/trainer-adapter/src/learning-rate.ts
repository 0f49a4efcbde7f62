import type { HeadSearch } from "./head-search.ts";

/**
 * Warm-up and cosine, over the steps or over the time that is left for them, whichever ends first.
 *
 * @param at.startedAt - When training began, in seconds of the pace.
 * @see Loshchilov & Hutter 2017 (SGDR), arXiv:1608.03983, equation 5, without restarts
 */
export function rateAt(
  { hyperparameters, pace, reserve }: Pick<HeadSearch, "hyperparameters" | "pace" | "reserve">,
  at: { readonly step: number; readonly startedAt: number },
): number {
  const { learningRate, warmup, maxSteps } = hyperparameters;
  const spent = pace.elapsed() - at.startedAt;
  const available = spent + Math.max(0, pace.left() - reserve);
  const byTime = Number.isFinite(available) ? spent / available : 0;
  const progress = Math.min(1, Math.max((at.step - 1) / maxSteps, byTime));
  const rise = warmup === 0 ? 1 : Math.min(1, (at.step / maxSteps + byTime) / warmup);
  return learningRate * rise * (0.5 + 0.5 * Math.cos(Math.PI * progress));
}
