/** One array of parameters under Adam. */
export interface Adam {
  /** Changes the parameters in place. */
  step(gradient: Float64Array, learningRate: number): void;
}

const firstDecay = 0.9;
const secondDecay = 0.999;
const epsilon = 1e-8;

/**
 * Adam whose decay, decoupled from the gradient, pulls towards where the parameters should stay near.
 *
 * @param options.anchor - Where to; as long as the parameters.
 * @see Kingma & Ba 2015, arXiv:1412.6980, algorithm 1; Loshchilov & Hutter 2019, arXiv:1711.05101, for
 * the decoupled decay, which pulls to 0 there.
 */
export function createAdam(options: {
  readonly parameters: Float64Array;
  readonly anchor: Float64Array;
  readonly weightDecay: number;
}): Adam {
  const { parameters, anchor, weightDecay } = options;
  const first = new Float64Array(parameters.length);
  const second = new Float64Array(parameters.length);
  let steps = 0;
  return {
    step(gradient, learningRate) {
      steps++;
      const firstCorrection = 1 - firstDecay ** steps;
      const secondCorrection = 1 - secondDecay ** steps;
      for (let i = 0; i < parameters.length; i++) {
        const slope = gradient[i] as number;
        const mean = firstDecay * (first[i] as number) + (1 - firstDecay) * slope;
        const square = secondDecay * (second[i] as number) + (1 - secondDecay) * slope * slope;
        first[i] = mean;
        second[i] = square;
        const value = parameters[i] as number;
        const direction = mean / firstCorrection / (Math.sqrt(square / secondCorrection) + epsilon);
        const pull = weightDecay * (value - (anchor[i] as number));
        parameters[i] = value - learningRate * (direction + pull);
      }
    },
  };
}
