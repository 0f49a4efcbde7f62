/**
 * A caption without what does not change its meaning: letter case, punctuation, spacing, and how
 * Unicode composes a character. A caption of nothing else is only trimmed.
 */
export function normalizeCaption(caption: string): string {
  const words = caption
    .normalize("NFKC")
    .toLowerCase()
    .replace(/\p{P}+/gu, " ")
    .trim()
    .replace(/\s+/gu, " ");
  return words === "" ? caption.trim() : words;
}
