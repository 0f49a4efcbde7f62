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

/** One dimension's weights, in fixed point, laid out as `resample.wat` reads them. */
export interface ResampleWeights {
  /** 22 bits are after the binary point: 32, less 8 for the pixel and 2 for sign and overshoot. */
  readonly weights: Int32Array;
  /** `[length, 3]`: the first input position of each wanted one, and its weights' first and last byte. */
  readonly spans: Int32Array;
  /** The inputs that any wanted position reads: from `first` on, up to `end`. */
  readonly first: number;
  readonly end: number;
}

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
  const row = new Float64Array(Math.ceil(support) * 2 + 1);
  const weights = new Int32Array(length * row.length);
  const spans = new Int32Array(length * 3);
  for (let i = 0; i < length; i++) {
    const center = (axis.first + i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const count = Math.min(from, Math.trunc(center + support + 0.5)) - first;
    for (let k = 0; k < count; k++) {
      // Times the reciprocal, not divided by: the last bit decides a rounding now and then.
      row[k] = kernel.weightAt((k + first - center + 0.5) * (1 / stretch));
    }
    const at = i * row.length;
    writeFixedPoint(row.subarray(0, count), weights.subarray(at, at + count));
    spans.set([first, at * bytesPerWeight, (at + count) * bytesPerWeight], i * 3);
  }
  const [first = 0] = spans;
  const [last = 0, begin = 0, end = 0] = spans.subarray(-3);
  return { weights, spans, first, end: last + (end - begin) / bytesPerWeight };
}

const bytesPerWeight = Int32Array.BYTES_PER_ELEMENT;

function writeFixedPoint(row: Float64Array, to: Int32Array): void {
  const sum = row.reduce((total, weight) => total + weight, 0);
  for (const [k, weight] of row.entries()) {
    const scaled = (sum === 0 ? weight : weight / sum) * 2 ** 22;
    to[k] = Math.trunc(scaled + (scaled < 0 ? -0.5 : 0.5));
  }
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
