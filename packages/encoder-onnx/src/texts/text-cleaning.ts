/** What becomes of a text before it is tokenized, by open_clip's names. */
export type TextCleaning = "whitespace" | "lower" | "canonicalize";

const punctuation = /[!-/:-@[-`{-~]/gu;
/** Controls that Python takes for space, and JavaScript's `\s` does not. */
const moreSpaces: readonly string[] = ["\u001c", "\u001d", "\u001e", "\u001f", "\u0085"];

/**
 * Cleans a text as open_clip does for models that ask for it, but for the repair of wrongly decoded
 * characters and of HTML's entities, which stand as they are.
 *
 * @see https://github.com/mlfoundations/open_clip/blob/main/src/open_clip/tokenizer.py
 */
export function cleanText(text: string, cleaning: TextCleaning): string {
  if (cleaning !== "canonicalize") {
    const spaced = withSingleSpaces(text);
    return cleaning === "lower" ? spaced.toLowerCase() : spaced;
  }
  return withSingleSpaces(text.replaceAll("_", " ").replace(punctuation, "").toLowerCase());
}

function withSingleSpaces(text: string): string {
  const spaced = text.replace(/[\s\p{Cc}]/gu, (character) =>
    isSpace(character) ? " " : character,
  );
  return spaced.replace(/ +/g, " ").replace(/^ | $/g, "");
}

function isSpace(character: string): boolean {
  return moreSpaces.includes(character) || (/\s/u.test(character) && character !== "\ufeff");
}
