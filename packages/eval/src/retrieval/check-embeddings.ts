import { type Embeddings, type EncodedPairs, EncoderError } from "@semblance/core";

/**
 * Refuses embeddings that cannot be compared.
 *
 * @throws {@link EncoderError} with code `DIMENSION_MISMATCH` when images and texts differ in
 * dimension, or `EMBEDDING_NOT_FINITE` for the first row with a `NaN` or an infinity.
 */
export function checkEmbeddings({ image, text }: EncodedPairs): void {
  if (image.dimension !== text.dimension) {
    throw new EncoderError({
      code: "DIMENSION_MISMATCH",
      message: `Images have ${image.dimension} dimensions, texts ${text.dimension}; they must be of one model.`,
      fix: "Encode both with the two towers of the same model.",
    });
  }
  checkFinite(image, "Image");
  checkFinite(text, "Text");
}

function checkFinite(embeddings: Embeddings, what: string): void {
  const at = firstNotFinite(embeddings.data);
  if (at === undefined) return;
  throw new EncoderError({
    code: "EMBEDDING_NOT_FINITE",
    message: `${what} row ${Math.floor(at / embeddings.dimension)} holds ${embeddings.data[at]}, which has no rank.`,
    fix: "Encode it again, or leave the row out.",
  });
}

// A loop, since a call for each of some hundred million values would take seconds.
function firstNotFinite(values: Float32Array): number | undefined {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i;
  return undefined;
}
