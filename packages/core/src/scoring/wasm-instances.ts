/** The memory that every module of ours exports. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** In pages of 65,536 bytes. Arrays over `buffer` end with it: make them after growing. */
  grow(pages: number): number;
}

// Node's types leave this global to those of the DOM, which not every package has.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

const pageSize = 65_536;

/**
 * Makes instances of a WebAssembly module, each with memory of its own; the module is compiled once,
 * at the first.
 *
 * @typeParam Exports - What the module exports besides `memory`; nothing checks it.
 * @param base64 - The module's bytes.
 */
export function wasmInstances<Exports>(
  base64: string,
): (bytes: number) => Exports & { readonly memory: WasmMemory } {
  let compiled: object | undefined;
  return (bytes) => {
    compiled ??= new WebAssembly.Module(
      Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)),
    );
    const { exports } = new WebAssembly.Instance(compiled);
    const instance = exports as Exports & { readonly memory: WasmMemory };
    const missing = bytes - instance.memory.buffer.byteLength;
    if (missing > 0) instance.memory.grow(Math.ceil(missing / pageSize));
    return instance;
  };
}
