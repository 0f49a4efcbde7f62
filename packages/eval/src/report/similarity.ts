import { type Embeddings, rowOf } from "@semblance/core";

/** How alike an image and a text are, by row. */
export type Similarity = (image: number, text: number) => number;

/** The similarity that an evaluation ranks by, of single pairs. */
export function similarityOf(
  embeddings: { readonly image: Embeddings; readonly text: Embeddings },
  kind: "cosine" | "dot",
): Similarity {
  return (image, text) => {
    const a = rowOf(embeddings.image, image);
    const b = rowOf(embeddings.text, text);
    const product = dot(a, b);
    if (kind === "dot") return product;
    const lengths = Math.sqrt(dot(a, a) * dot(b, b));
    return lengths === 0 ? 0 : product / lengths;
  };
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
