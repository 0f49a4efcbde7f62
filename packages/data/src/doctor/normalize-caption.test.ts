import { expect, test } from "vitest";
import { normalizeCaption } from "./normalize-caption.ts";

test.each([
  ["case and punctuation", "A dog, running.", "a dog running"],
  ["spaces", "  a\u00a0 dog\nruns ", "a dog runs"],
  ["how characters are composed", "Cafe\u0301 Ｄｏｇ", "café dog"],
  ["quotes and dashes", "“A man’s” – dog", "a man s dog"],
  ["nothing that means something", "3 $ + 👩‍🚀 東京", "3 $ + 👩‍🚀 東京"],
])("takes away %s", (_, caption, words) => {
  expect(normalizeCaption(caption)).toBe(words);
});

test("keeps a caption of punctuation alone", () => {
  expect(normalizeCaption(" ... ")).toBe("...");
});
