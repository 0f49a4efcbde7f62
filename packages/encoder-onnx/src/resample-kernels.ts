/** One dimension of a resize, and the part of its result that is wanted. */
export interface ResampledAxis {
  /** Pixels before. */
  readonly from: number;
  /** Pixels of the whole result. */
  readonly to: number;
  /** First pixel of the result that is wanted. */
  readonly first: number;
  /** How many from there on. */
  readonly length: number;
}

/**
 * One dimension's weights, in fixed point: the wanted position `i` is the sum of the `count[i]` inputs
 * from `start[i]` on, weighted by the row of `weights` that begins at `i * width`.
 */
export interface ResampleWeights {
  readonly start: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
  readonly width: number;
}

/** Bits after the binary point of a weight: 32, less 8 for the pixel and 2 for sign and overshoot. */
export const precisionBits = 22;

/** Names of the kernels that weigh several pixels. */
export type ResampleKernel = "box" | "bilinear" | "hamming" | "bicubic" | "lanczos";

interface Kernel {
  /** Half of the input width that the kernel covers when it does not shrink. */
  readonly support: number;
  /** The weight at a distance from the centre, in input pixels. */
  weightAt(distance: number): number;
}

const kernels: Readonly<Record<ResampleKernel, Kernel>> = {
  box: { support: 0.5, weightAt: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weightAt: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: { support: 1, weightAt: hamming },
  bicubic: { support: 2, weightAt: bicubic },
  lanczos: { support: 3, weightAt: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/**
 * The weights that resample an axis: kernels widen when they shrink an image, and are renormalised at
 * the borders. A position's weights are the same whichever part is wanted.
 *
 * @see https://github.com/python-pillow/Pillow/blob/main/src/libImaging/Resample.c `precompute_coeffs`, `normalize_coeffs_8bpc`
 */
export function resampleWeights(axis: ResampledAxis, name: ResampleKernel): ResampleWeights {
  const { from, to, length } = axis;
  const kernel = kernels[name];
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const support = kernel.support * stretch;
  const width = Math.ceil(support) * 2 + 1;
  const start = new Int32Array(length);
  const count = new Int32Array(length);
  const weights = new Int32Array(length * width);
  for (let i = 0; i < length; i++) {
    const center = (axis.first + i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(from, Math.trunc(center + support + 0.5));
    const row = Array.from({ length: end - first }, (_, k) =>
      // Times the reciprocal, not divided by: the last bit decides a rounding now and then.
      kernel.weightAt((k + first - center + 0.5) * (1 / stretch)),
    );
    start[i] = first;
    count[i] = row.length;
    weights.set(toFixedPoint(row), i * width);
  }
  return { start, count, weights, width };
}

function toFixedPoint(row: readonly number[]): number[] {
  const sum = row.reduce((total, weight) => total + weight, 0);
  return row.map((weight) => {
    const scaled = (sum === 0 ? weight : weight / sum) * 2 ** precisionBits;
    return Math.trunc(scaled + (scaled < 0 ? -0.5 : 0.5));
  });
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

function hamming(distance: number): number {
  const x = Math.abs(distance);
  // Pillow writes these two constants in single precision.
  return x >= 1 ? 0 : sinc(x) * (Math.fround(0.54) + Math.fround(0.46) * Math.cos(x * Math.PI));
}

// Keys' cubic convolution with a = -0.5.
function bicubic(distance: number): number {
  const a = -0.5;
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}
