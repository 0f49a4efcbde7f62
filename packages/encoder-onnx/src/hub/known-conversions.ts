/** A repository on the hub that holds another one's model in ONNX. */
export interface KnownConversion {
  readonly repository: string;
  /** A commit, so that nobody can put other weights in its place. */
  readonly revision: string;
}

/**
 * Models whose own repository has no ONNX files, and where they are converted. Every file is checked
 * against the hash that the hub gives for it at that commit. The commits are those that public projects
 * pin, several independent ones each.
 */
const knownConversions: Readonly<Record<string, KnownConversion>> = {
  "openai/clip-vit-base-patch32": {
    repository: "Xenova/clip-vit-base-patch32",
    revision: "d15189d7028b43f1d3e65039190477f6af591c2a",
  },
  "openai/clip-vit-large-patch14": {
    repository: "Xenova/clip-vit-large-patch14",
    revision: "c307790166907339eed5a9a53a249af534102536",
  },
  "google/siglip-base-patch16-224": {
    repository: "Xenova/siglip-base-patch16-224",
    revision: "4649052661e53c7000355844105f8a1792088239",
  },
};

/** The conversion of a model; of its newest revision only, which is what it was made of. */
export function knownConversionOf(
  id: string,
  revision: string | undefined,
): KnownConversion | undefined {
  return revision === undefined ? knownConversions[id] : undefined;
}
