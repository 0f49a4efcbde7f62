import { z } from "zod";
import type { Embeddings } from "./embedding.ts";
import { ModelError } from "./errors.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import { scoreRows } from "./scoring/score-rows.ts";

/**
 * A linear map behind a tower's graph and before normalisation, `x ↦ weight · x`: what an adapter is.
 * Without a bias it does the same to a vector of any length, and fits into a projection's weight.
 */
export interface ModelHead {
  /** `[dimension, dimension]`, row-major, as PyTorch's `Linear` has it; a tower without one is as it was. */
  readonly image?: Embeddings;
  readonly text?: Embeddings;
}

/** How `semblance.json` names a head. */
export interface HeadReference {
  /** A file beside `semblance.json`. */
  readonly file: string;
  /** Which towers it is for. */
  readonly tower: "image" | "text" | "both";
}

/** Schema of {@link HeadReference}. */
export const headReference: z.ZodType<HeadReference> = z.object({
  // Models come from strangers: a name alone, nothing that leads out of the folder.
  file: z.string().regex(/^[\w-][\w.-]*$/, "expected the name of a file"),
  tower: z.enum(["image", "text", "both"]),
});

/** Which towers a head is for. @throws RangeError when it is for none. */
export function towerOfHead(head: ModelHead): HeadReference["tower"] {
  if (head.image && head.text) return "both";
  if (head.image) return "image";
  if (head.text) return "text";
  throw new RangeError("A head has a weight for at least one tower.");
}

/** The head as a safetensors file: `image.weight`, `text.weight`. */
export function encodeHead(head: ModelHead): Uint8Array {
  const tensors = Object.entries(head).map(([tower, { data, count, dimension }]) => {
    return [`${tower}.weight`, { data, shape: [count, dimension] }] as const;
  });
  return encodeSafetensors(Object.fromEntries(tensors));
}

/**
 * Reads a head and checks that it is what a model says.
 *
 * @throws {@link ModelError} with code `SAFETENSORS_INVALID`, or `HEAD_INVALID` when it is not the square
 * matrix that each tower named needs, or holds anything else.
 */
export function decodeHead(
  bytes: Uint8Array,
  expected: { readonly tower: HeadReference["tower"]; readonly dimension: number },
): ModelHead {
  const { tower, dimension } = expected;
  const tensors = decodeSafetensors(bytes);
  const towers = tower === "both" ? (["image", "text"] as const) : [tower];
  const found = Object.keys(tensors).sort().join(", ");
  const wanted = towers.map((name) => `${name}.weight`).join(", ");
  if (found !== wanted) throw invalid(`holds ${found || "nothing"}, expected ${wanted}`);
  const weights = towers.map((name) => {
    const { data = new Float32Array(), shape = [] } = tensors[`${name}.weight`] ?? {};
    if (shape.length !== 2 || shape.some((size) => size !== dimension)) {
      const size = `${dimension}, ${dimension}`;
      throw invalid(`has ${name}.weight of shape (${shape.join(", ")}), expected (${size})`);
    }
    if (!data.every(Number.isFinite)) throw invalid(`has a ${name}.weight that is not finite`);
    return [name, { data, count: dimension, dimension }] as const;
  });
  return Object.fromEntries(weights);
}

/**
 * Vectors behind a head: `rows · weightᵀ`, not normalised.
 *
 * @returns `[rows.count, dimension]`, row-major; sums in float64.
 * @throws RangeError when the dimensions differ.
 */
export function applyHead(rows: Embeddings, weight: Embeddings): Float32Array {
  return scoreRows({ queries: rows, gallery: weight });
}

function invalid(finding: string): ModelError {
  return new ModelError({
    code: "HEAD_INVALID",
    message: `The model's head ${finding}.`,
    fix: "Get the model again from where it came from, or fit its head again.",
  });
}
