import type { RunOptions } from "@semblance/core";
import type { MetricValue } from "../retrieval/evaluation.ts";
import { classFactors } from "./pair-cells.ts";
import { type ConfidenceSettings, resample } from "./pair-intervals.ts";
import { areaUnderRoc, averagePrecision, rankPairs } from "./pair-ranking.ts";
import type { PairTable } from "./pair-table.ts";
import { mergeClusters, timesDrawn } from "./resample-pairs.ts";
import { withInterval } from "./summarize-samples.ts";

/** `auroc` and `ap` with their intervals; a value is `NaN` where it is not defined. */
export async function measureRanking(
  table: PairTable,
  options: RunOptions & { readonly confidence: ConfidenceSettings },
): Promise<Record<"auroc" | "ap", MetricValue>> {
  const { labels } = table;
  const ranking = rankPairs(table.scores);
  const drawWeights = createDrawWeights(table);
  const { auroc, ap } = await resample(table, options, (times) => {
    const weights = times === undefined ? table.weights : drawWeights(times);
    const pairs = { ranking, labels, weights };
    return { auroc: areaUnderRoc(pairs), ap: averagePrecision(pairs) };
  });
  return { auroc: withInterval(auroc, [0, 1]), ap: withInterval(ap) };
}

// The weights of a resample's pairs, always in the same memory.
function createDrawWeights(table: PairTable): (times: Float64Array) => Float64Array {
  const { labels } = table;
  const { image, text } = mergeClusters(table.clusters);
  const weights = new Float64Array(labels.length);
  return (times) => {
    let ofMatches = 0;
    let ofOthers = 0;
    for (let pair = 0; pair < weights.length; pair++) {
      const drawn = timesDrawn(times, image[pair] as number, text[pair] as number);
      const weight = drawn * (table.weights[pair] as number);
      weights[pair] = weight;
      if (labels[pair]) ofMatches += weight;
      else ofOthers += weight;
    }
    const prior = table.isPriorFixed ? table.prior : undefined;
    const { ofMatch, ofOther } = classFactors(prior, ofMatches, ofOthers);
    for (let pair = 0; pair < weights.length; pair++) {
      weights[pair] = (weights[pair] as number) * (labels[pair] ? ofMatch : ofOther);
    }
    return weights;
  };
}
