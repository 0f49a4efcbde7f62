const words = "train|training|validation|valid|val|dev|test|testing|eval|evaluation";
const pattern = new RegExp(`(?:^|[^a-z])(${words})(?=[^a-z]|$)`, "i");

/**
 * The split that a path names, in its folders or its file name: `test` for `data/test-00000.parquet`;
 * `undefined` where it names none. The words are those of Hugging Face's data folders.
 */
export function splitOf(path: string): string | undefined {
  return pattern.exec(path)?.[1]?.toLowerCase();
}
