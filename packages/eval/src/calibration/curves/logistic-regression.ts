import { solveSymmetric } from "./solve-symmetric.ts";

/** What {@link fitLogistic} fits. */
export interface LogisticOptions {
  /** One column per coefficient, each with one value per row. */
  readonly features: readonly Float64Array[];
  /** One per row, in [0, 1]: a label or what takes its place. */
  readonly targets: Float64Array;
  /** One per row, not negative; rows of 0 count for nothing. */
  readonly weights: Float64Array;
  /** Added to the logit of every row. @defaultValue 0, and an intercept is fitted */
  readonly fixedIntercept?: number;
}

/** logit = intercept + Σ coefficient · feature. */
export interface LogisticFit {
  readonly coefficients: readonly number[];
  readonly intercept: number;
}

const mostSteps = 100;
// Nats a row: below this it falls for ever, the more so the steeper the curve.
const separatedLoss = 1e-9;

/**
 * Weighted maximum-likelihood logistic regression by Newton's method, halving steps that make it
 * worse, in float64. Features are standardised on the way, so that their scale does not matter.
 *
 * @returns `undefined` when there is no finite maximum: the targets are separated perfectly, or the
 * features say the same.
 * @see Hastie, Tibshirani & Friedman, "The Elements of Statistical Learning" (2009), section 4.4.1:
 * Newton's method as reweighted least squares.
 */
export function fitLogistic(options: LogisticOptions): LogisticFit | undefined {
  const { features, fixedIntercept } = options;
  const scaled = features.map((feature) => standardize(feature, options));
  const columns = scaled.map(({ column }) => column);
  const problem: Problem = { ...options, columns, hasIntercept: fixedIntercept === undefined };
  const solution = maximize(problem);
  if (!solution) return undefined;
  const coefficients = scaled.map(({ spread }, i) => (solution[i] ?? 0) / spread);
  const shift = scaled.reduce((sum, { mean }, i) => sum + (coefficients[i] ?? 0) * mean, 0);
  return { coefficients, intercept: fixedIntercept ?? (solution.at(-1) ?? 0) - shift };
}

interface Problem extends LogisticOptions {
  readonly columns: readonly Float64Array[];
  readonly hasIntercept: boolean;
}

function maximize(problem: Problem): number[] | undefined {
  const size = problem.columns.length + Number(problem.hasIntercept);
  let solution = new Array<number>(size).fill(0);
  let now = gradientAt(problem, solution);
  for (let step = 0; step < mostSteps; step++) {
    const direction = solveSymmetric(now.hessian, now.gradient);
    if (!direction) return undefined;
    const gain = direction.reduce((sum, move, i) => sum + move * (now.gradient[i] ?? 0), 0);
    if (gain < 1e-13) return now.loss < separatedLoss ? undefined : solution;
    const better = searchLine(problem, { solution, direction, loss: now.loss });
    if (!better) return now.loss < separatedLoss ? undefined : solution;
    ({ solution, now } = better);
    if (solution.some((value) => !(Math.abs(value) < 1e4))) return undefined;
  }
  return undefined;
}

function searchLine(
  problem: Problem,
  from: { solution: number[]; direction: number[]; loss: number },
): { solution: number[]; now: ReturnType<typeof gradientAt> } | undefined {
  for (let length = 1; length > 1e-6; length /= 2) {
    const solution = from.solution.map((value, i) => value + length * (from.direction[i] ?? 0));
    const now = gradientAt(problem, solution);
    if (now.loss <= from.loss) return { solution, now };
  }
  return undefined;
}

// Mean loss, its descent direction, and its second derivatives [size, size].
function gradientAt(problem: Problem, solution: readonly number[]) {
  const { columns, targets, weights, hasIntercept, fixedIntercept = 0 } = problem;
  const size = solution.length;
  const row = new Float64Array(size).fill(1);
  const gradient = new Array<number>(size).fill(0);
  const hessian = new Float64Array(size * size);
  let loss = 0;
  let total = 0;
  for (let i = 0; i < targets.length; i++) {
    const weight = weights[i] as number;
    if (weight === 0) continue;
    let logit = hasIntercept ? (solution[size - 1] as number) : fixedIntercept;
    for (let column = 0; column < columns.length; column++) {
      row[column] = (columns[column] as Float64Array)[i] as number;
      logit += (solution[column] as number) * (row[column] as number);
    }
    const target = targets[i] as number;
    const probability = 1 / (1 + Math.exp(-logit));
    loss += weight * (softplus(logit) - target * logit);
    total += weight;
    addOuter(
      { row, gradient, hessian },
      weight * (target - probability),
      weight * probability * (1 - probability),
    );
  }
  return {
    loss: loss / total,
    gradient: gradient.map((value) => value / total),
    hessian: hessian.map((value) => value / total),
  };
}

function addOuter(
  sums: { row: Float64Array; gradient: number[]; hessian: Float64Array },
  slope: number,
  curvature: number,
): void {
  const { row, gradient, hessian } = sums;
  const size = row.length;
  for (let a = 0; a < size; a++) {
    const value = row[a] as number;
    gradient[a] = (gradient[a] as number) + slope * value;
    for (let b = 0; b < size; b++) {
      hessian[a * size + b] =
        (hessian[a * size + b] as number) + curvature * value * (row[b] as number);
    }
  }
}

// Without an intercept of its own a feature must not be shifted.
function standardize(feature: Float64Array, { weights, fixedIntercept }: LogisticOptions) {
  let total = 0;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < feature.length; i++) {
    total += weights[i] as number;
    sum += (weights[i] as number) * (feature[i] as number);
  }
  const mean = fixedIntercept === undefined ? sum / total : 0;
  for (let i = 0; i < feature.length; i++) {
    squares += (weights[i] as number) * ((feature[i] as number) - mean) ** 2;
  }
  const spread = Math.sqrt(squares / total) || 1;
  return { mean, spread, column: feature.map((value) => (value - mean) / spread) };
}

/** ln(1 + eˣ) without overflow. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
