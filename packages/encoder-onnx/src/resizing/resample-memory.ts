import { resampleWasm } from "./resample-wasm.ts";

/** The passes of `resample.wat`; all addresses and strides in bytes. */
interface ResamplePasses {
  rows(
    from: number,
    stride: number,
    rows: number,
    weights: number,
    spans: number,
    columns: number,
    to: number,
  ): void;
  columns(
    from: number,
    stride: number,
    rows: number,
    weights: number,
    spans: number,
    to: number,
  ): void;
}

/** Passes, and the memory that they work in. */
export interface ResampleMemory {
  readonly passes: ResamplePasses;
  readonly bytes: Uint8Array;
}

// Node's types leave this global to those of the DOM.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: ResampleExports };
};

interface ResampleExports extends ResamplePasses {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
}

const pageSize = 65_536;

/** Memory never shrinks: what one huge image needed is given back, what photos need is kept. */
const keptBytes = 2 ** 26;

const module = new WebAssembly.Module(Buffer.from(resampleWasm, "base64"));
let kept: ResampleExports | undefined;

/** Calls `work` with `size` bytes of memory, left as the call before left them. */
export function withResampleMemory<T>(size: number, work: (memory: ResampleMemory) => T): T {
  const instance = kept ?? new WebAssembly.Instance(module).exports;
  const missing = size - instance.memory.buffer.byteLength;
  if (missing > 0) instance.memory.grow(Math.ceil(missing / pageSize));
  kept = size > keptBytes ? undefined : instance;
  return work({ passes: instance, bytes: new Uint8Array(instance.memory.buffer) });
}
