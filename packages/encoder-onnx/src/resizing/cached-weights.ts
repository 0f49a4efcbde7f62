import {
  type ResampledAxis,
  type ResampleKernel,
  type ResampleWeights,
  resampleWeights,
} from "./resample-kernels.ts";

const cache = new Map<string, ResampleWeights>();
const mostAxes = 64;
/** Longer ones are rare, and would hold memory. */
const mostWeights = 2 ** 16;

/** As {@link resampleWeights}, remembered: photos have few sizes. */
export function cachedWeights(axis: ResampledAxis, kernel: ResampleKernel): ResampleWeights {
  const key = [kernel, axis.from, axis.to, axis.first, axis.length].join();
  const weights = cache.get(key) ?? resampleWeights(axis, kernel);
  // The one that was not used for longest stands first.
  cache.delete(key);
  if (weights.weights.length <= mostWeights) cache.set(key, weights);
  for (const oldest of cache.keys()) {
    if (cache.size <= mostAxes) break;
    cache.delete(oldest);
  }
  return weights;
}
