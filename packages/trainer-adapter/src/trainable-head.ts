import { createAdam } from "./adam.ts";
import {
  createMatrix,
  identity,
  type Matrix,
  times,
  timesTransposed,
  transposedTimes,
} from "./matrix.ts";

/** A head under training. */
export interface TrainableHead {
  /** `[dimension, dimension]`; valid until the next step. */
  weight(): Matrix;
  /** Moves against the derivative of the loss by the weight. */
  step(gradient: Matrix, learningRate: number): void;
}

/** What {@link createTrainableHead} starts from. */
export interface TrainableHeadOptions {
  readonly start: Matrix;
  /** Columns of A in `start + A B`; `null`: every value of the weight by itself. */
  readonly rank: number | null;
  readonly weightDecay: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** A head that Adam moves, held near the identity: all of it, or a residual of low rank. */
export function createTrainableHead(options: TrainableHeadOptions): TrainableHead {
  return options.rank === null
    ? createFullHead(options)
    : createResidualHead(options, options.rank);
}

function createFullHead({ start, weightDecay }: TrainableHeadOptions): TrainableHead {
  const weight = { ...start, data: start.data.slice() };
  const anchor = identity(start.rows).data;
  const adam = createAdam({ parameters: weight.data, anchor, weightDecay });
  return {
    weight: () => weight,
    step: (gradient, learningRate) => adam.step(gradient.data, learningRate),
  };
}

/**
 * `start + A B`, A of zeros, so that it begins at the start.
 *
 * @see Hu et al. 2022 (LoRA), arXiv:2106.09685, section 4.1
 */
function createResidualHead(options: TrainableHeadOptions, rank: number): TrainableHead {
  const { start, weightDecay, random } = options;
  const outer = createMatrix(start.rows, rank);
  const inner = createMatrix(rank, start.columns);
  const bound = Math.sqrt(3 / start.columns);
  for (let i = 0; i < inner.data.length; i++) inner.data[i] = bound * (2 * random() - 1);
  const [outerAdam, innerAdam] = [outer, inner].map(({ data }) =>
    createAdam({ parameters: data, anchor: new Float64Array(data.length), weightDecay }),
  );
  return {
    weight: () => {
      const weight = times(outer, inner);
      for (const [i, value] of start.data.entries()) weight.data[i] = (weight.data[i] ?? 0) + value;
      return weight;
    },
    step: (gradient, learningRate) => {
      const byOuter = timesTransposed(gradient, inner);
      const byInner = transposedTimes(outer, gradient);
      outerAdam?.step(byOuter.data, learningRate);
      innerAdam?.step(byInner.data, learningRate);
    },
  };
}
