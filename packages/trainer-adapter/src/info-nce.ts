import { createMatrix, type Matrix, times, timesTransposed, transposedTimes } from "./matrix.ts";

/** A batch for {@link infoNce}; rows are L2-normalised. */
export interface ContrastiveBatch {
  /** `[images, dimension]` */
  readonly image: Matrix;
  /** `[texts, dimension]` */
  readonly text: Matrix;
  /** `[images, texts]`: how far each pair belongs together, from 0 (not at all) to 1. */
  readonly targets: Matrix;
  readonly logitScale: number;
}

/** A loss with its derivatives by the rows of each side. */
export interface LossAndGradients {
  readonly loss: number;
  readonly image: () => Matrix;
  readonly text: () => Matrix;
}

/**
 * Symmetric InfoNCE in which pairs that belong together are never negatives, as trainer-bridge has it.
 *
 * A row's wanted distribution is its targets divided by their sum; a row weighs as much as its largest
 * target, and one without any is left out. The loss is the mean of both directions' weighted
 * cross-entropies.
 *
 * @see Radford et al. 2021, arXiv:2103.00020, figure 3, for one positive a row; Yang et al. 2022
 * (UniCL), arXiv:2204.03610, equation 3, for several.
 */
export function infoNce(batch: ContrastiveBatch): LossAndGradients {
  const { image, text, targets, logitScale } = batch;
  const similarities = timesTransposed(image, text);
  const gradient = createMatrix(image.rows, text.rows);
  const { rows, columns } = gradient;
  const lines = { similarities, targets, gradient, logitScale };
  // A row is one image against all texts, a column one text against all images.
  const imageLoss = crossEntropy({
    ...lines,
    count: rows,
    length: columns,
    step: 1,
    stride: columns,
  });
  const textLoss = crossEntropy({
    ...lines,
    count: columns,
    length: rows,
    step: columns,
    stride: 1,
  });
  return {
    loss: (imageLoss + textLoss) / 2,
    image: () => times(gradient, text),
    text: () => transposedTimes(gradient, image),
  };
}

interface Lines {
  readonly similarities: Matrix;
  readonly targets: Matrix;
  /** Receives half of the derivative by each similarity. */
  readonly gradient: Matrix;
  readonly logitScale: number;
  readonly count: number;
  readonly length: number;
  /** From one value of a line to the next, and from one line to the next. */
  readonly step: number;
  readonly stride: number;
}

/** Mean cross-entropy of the lines, weighted by their largest targets. */
function crossEntropy(lines: Lines): number {
  const { targets, count, length, step, stride } = lines;
  const weights = new Float64Array(count);
  const sums = new Float64Array(count);
  for (let line = 0; line < count; line++) {
    for (let i = 0; i < length; i++) {
      const target = targets.data[line * stride + i * step] as number;
      weights[line] = Math.max(weights[line] as number, target);
      sums[line] = (sums[line] as number) + target;
    }
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let loss = 0;
  for (let line = 0; line < count; line++) {
    const weight = weights[line] as number;
    if (weight > 0) loss += addLine(lines, line, weight / total, sums[line] as number);
  }
  return loss;
}

/** One line's part of the loss; adds its derivative, softmax − wanted, to the gradient. */
function addLine(lines: Lines, line: number, share: number, targetSum: number): number {
  const { similarities, targets, gradient, logitScale, length, step, stride } = lines;
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < length; i++) {
    highest = Math.max(highest, similarities.data[line * stride + i * step] as number);
  }
  let sum = 0;
  for (let i = 0; i < length; i++) {
    const similarity = similarities.data[line * stride + i * step] as number;
    sum += Math.exp(logitScale * (similarity - highest));
  }
  let entropy = 0;
  for (let i = 0; i < length; i++) {
    const at = line * stride + i * step;
    const logit = logitScale * ((similarities.data[at] as number) - highest);
    const wanted = (targets.data[at] as number) / targetSum;
    if (wanted > 0) entropy -= wanted * (logit - Math.log(sum));
    const slope = ((Math.exp(logit) / sum - wanted) * share * logitScale) / 2;
    gradient.data[at] = (gradient.data[at] as number) + slope;
  }
  return entropy * share;
}
