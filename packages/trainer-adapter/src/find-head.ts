import type { FitCandidate, FitResult, ModelHead } from "@semblance/core";
import { interpolate, rankBehind, toWeight } from "./head-candidate.ts";
import type { HeadSearch } from "./head-search.ts";
import { metricOf } from "./rank-pairs.ts";
import { pairMoments, ridgeHead } from "./ridge-head.ts";
import { type Candidate, trainHead } from "./train-head.ts";

/** The best head of a search; for no tower when none beat the start on the choosing half. */
export interface FoundHead {
  readonly head: ModelHead;
  readonly kept: "start" | "best" | "interpolated";
  /** How much of the found head there is, the rest being the identity, where that was better. */
  readonly alpha?: number;
  /** Updates made. */
  readonly steps: number;
  readonly stopped: FitResult["stopped"];
  /** What was compared on the choosing half. */
  readonly candidates: readonly FitCandidate[];
}

const alphas = [0.75, 0.5, 0.25];

/**
 * Looks for a head that ranks the choosing half better: closed forms, then contrastive training from the
 * best of them, then what lies between the identity and the best.
 *
 * @see Wortsman et al. 2022 (WiSE-FT), arXiv:2109.01903, for the last
 */
export async function findHead(search: HeadSearch): Promise<FoundHead> {
  const { pace, reserve, choosing, metric, startValue } = search;
  const candidates: FitCandidate[] = [{ name: "start", choosing: startValue }];
  let best: Pick<FoundHead, "head" | "kept" | "alpha"> = { head: {}, kept: "start" };
  let bestValue = startValue;
  const consider = async ({ name, head, alpha }: Candidate) => {
    const ranks = await rankBehind(head, choosing.pairs, metric, pace);
    const value = metricOf(ranks);
    candidates.push({ name, choosing: value });
    const isBest = value > bestValue;
    if (isBest) {
      bestValue = value;
      best = alpha === undefined ? { head, kept: "best" } : { head, kept: "interpolated", alpha };
    }
    return { ranks, isBest };
  };
  for await (const candidate of ridgeHeads(search)) await consider(candidate);
  const training = await trainHead({ search, start: best.head, consider });
  const { head, kept } = best;
  for (const alpha of kept === "start" ? [] : alphas) {
    if (pace.stopReason(reserve) === "timeLimit") break;
    await consider({ name: `alpha ${alpha}`, head: interpolate(head, alpha), alpha });
  }
  return { ...best, ...training, candidates };
}

/** The closed forms, until it is time to stop; for both towers, they are the text's. */
async function* ridgeHeads(search: HeadSearch): AsyncGenerator<Candidate, void> {
  const { pairs, hyperparameters, pace, reserve, report } = search;
  const { ridge, rank } = hyperparameters;
  if (ridge.length === 0 || rank !== null) return;
  const tower = hyperparameters.tower === "image" ? "image" : "text";
  const tell = (done: number) =>
    report({ type: "progress", stage: "closed form", done, total: ridge.length, unit: "heads" });
  tell(0);
  const moments = await pairMoments(pairs, tower, { pace, reserve });
  if (moments === undefined) return;
  for (const [done, strength] of ridge.entries()) {
    if (pace.stopReason(reserve) !== undefined) return;
    const head = { [tower]: toWeight(ridgeHead(moments, strength)) };
    yield { name: `ridge ${strength}`, head };
    await pace.pause();
    tell(done + 1);
  }
}
