import type { RgbImage } from "@semblance/core";
import type { ResampleWeights } from "./resample-kernels.ts";
import { type ResampleMemory, withResampleMemory } from "./resample-memory.ts";

/** An image, and the weights of what is wanted of it. */
export interface ResampleOptions {
  readonly image: RgbImage;
  readonly across: ResampleWeights;
  readonly down: ResampleWeights;
  /** The order decides roundings. */
  readonly isColumnsFirst: boolean;
}

/** Weighs pixels in two passes, each rounded to 8 bits. */
export function resampleImage(options: ResampleOptions): RgbImage {
  const plan = planMemory(options);
  return withResampleMemory(plan.size, (memory) => {
    memory.bytes.set(bytesOf(options.across.weights), plan.acrossWeights);
    memory.bytes.set(bytesOf(options.across.spans), plan.acrossSpans);
    memory.bytes.set(bytesOf(options.down.weights), plan.downWeights);
    memory.bytes.set(bytesOf(options.down.spans), plan.downSpans);
    if (options.isColumnsFirst) columnsThenRows(options, plan, memory);
    else rowsThenColumns(options, plan, memory);
    const { width, height } = plan;
    return {
      rgb: memory.bytes.slice(plan.result, plan.result + width * height * 3),
      width,
      height,
    };
  });
}

interface MemoryPlan {
  readonly width: number;
  readonly height: number;
  /** Rows of the image that are copied at a time: all of a large image is never in the memory. */
  readonly bandRows: number;
  readonly acrossWeights: number;
  readonly acrossSpans: number;
  readonly downWeights: number;
  readonly downSpans: number;
  readonly band: number;
  /** What the first pass makes. */
  readonly middle: number;
  readonly result: number;
  readonly size: number;
}

// Larger bands do not fit into a processor's cache.
const bandBytes = 2 ** 18;

function planMemory({ image, across, down, isColumnsFirst }: ResampleOptions): MemoryPlan {
  const [width, height] = [across.spans.length / 3, down.spans.length / 3];
  const stride = image.width * 3;
  const fitting = Math.max(4, Math.trunc(bandBytes / stride / 4) * 4);
  const bandRows = isColumnsFirst ? Math.max(fitting, mostTaps(down)) : fitting;
  const [middleStride, middleRows] = isColumnsFirst
    ? [stride, height]
    : [width * 3, down.end - down.first];
  let size = 0;
  // Passes read and write a little further: by 3 rows, or 16 bytes.
  const take = (bytes: number, rowStride = 0) => {
    const start = size;
    size += Math.ceil((bytes + 3 * rowStride + 16) / 16) * 16;
    return start;
  };
  return {
    width,
    height,
    bandRows,
    acrossWeights: take(across.weights.byteLength),
    acrossSpans: take(across.spans.byteLength),
    downWeights: take(down.weights.byteLength),
    downSpans: take(down.spans.byteLength),
    band: take(bandRows * stride, stride),
    middle: take(middleRows * middleStride, middleStride),
    result: take(width * height * 3, width * 3),
    size,
  };
}

function rowsThenColumns(
  { image, down }: ResampleOptions,
  plan: MemoryPlan,
  { bytes, passes }: ResampleMemory,
): void {
  const stride = image.width * 3;
  const middleStride = plan.width * 3;
  for (let y = down.first; y < down.end; y += plan.bandRows) {
    const end = Math.min(y + plan.bandRows, down.end);
    bytes.set(image.rgb.subarray(y * stride, end * stride), plan.band);
    const to = plan.middle + (y - down.first) * middleStride;
    const { acrossWeights, acrossSpans, width, band } = plan;
    passes.rows(band, stride, end - y, acrossWeights, acrossSpans, width, to);
  }
  const from = plan.middle - down.first * middleStride;
  passes.columns(from, middleStride, plan.height, plan.downWeights, plan.downSpans, plan.result);
}

function columnsThenRows(
  { image, down }: ResampleOptions,
  plan: MemoryPlan,
  { bytes, passes }: ResampleMemory,
): void {
  const stride = image.width * 3;
  for (let y = 0; y < plan.height; ) {
    const [first] = rowsOf(down, y);
    let [next, end] = [y, first];
    while (next < plan.height && rowsOf(down, next)[1] - first <= plan.bandRows) {
      end = rowsOf(down, next)[1];
      next++;
    }
    bytes.set(image.rgb.subarray(first * stride, end * stride), plan.band);
    const spans = plan.downSpans + y * spanBytes;
    const to = plan.middle + y * stride;
    passes.columns(plan.band - first * stride, stride, next - y, plan.downWeights, spans, to);
    y = next;
  }
  const { middle, height, width, acrossWeights, acrossSpans, result } = plan;
  passes.rows(middle, stride, height, acrossWeights, acrossSpans, width, result);
}

const spanBytes = 3 * Int32Array.BYTES_PER_ELEMENT;

/** The first input of a position, and the end of its inputs. */
function rowsOf({ spans }: ResampleWeights, position: number): readonly [number, number] {
  const [first = 0, begin = 0, end = 0] = spans.subarray(position * 3, position * 3 + 3);
  return [first, first + (end - begin) / Int32Array.BYTES_PER_ELEMENT];
}

function mostTaps({ spans }: ResampleWeights): number {
  let most = 0;
  for (let i = 0; i < spans.length; i += 3) {
    most = Math.max(most, (spans[i + 2] ?? 0) - (spans[i + 1] ?? 0));
  }
  return most / Int32Array.BYTES_PER_ELEMENT;
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
