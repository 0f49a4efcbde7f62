import { type ModelHead, toEmbeddings } from "@semblance/core";
import { times, toMatrix } from "./matrix.ts";

/**
 * The head that does what `first` and then `second` do. What lies between them, normalisation, changes a
 * vector's length alone, which a linear map carries through.
 */
export function composeHeads(first: ModelHead, second: ModelHead): ModelHead {
  const towers = (["image", "text"] as const).flatMap((tower) => {
    const [inner, outer] = [first[tower], second[tower]];
    if (!inner || !outer) {
      const only = inner ?? outer;
      return only ? [[tower, only] as const] : [];
    }
    const product = times(toMatrix(outer), toMatrix(inner));
    return [[tower, toEmbeddings(Float32Array.from(product.data), product.columns)] as const];
  });
  return Object.fromEntries(towers);
}
