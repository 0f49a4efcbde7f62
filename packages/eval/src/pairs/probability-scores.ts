/**
 * Squared error of a probability.
 *
 * @see Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review
 * 78 (1950), halved: for one class, so that it lies in [0, 1].
 */
export function squaredError(probability: number, label: number): number {
  return (probability - label) ** 2;
}

/**
 * Minus the logarithm of the probability of what came, in nats. Certainty that turns out wrong would
 * cost infinitely much; it counts as a probability of 2⁻⁵² (36 nats), as in scikit-learn.
 */
export function logLoss(probability: number, label: number): number {
  const ofWhatCame = label ? probability : 1 - probability;
  return -Math.log(Math.min(Math.max(ofWhatCame, Number.EPSILON), 1 - Number.EPSILON));
}
