import { expect, test } from "vitest";
import { cleanText } from "./text-cleaning.ts";

// What Python gives: " ".join(text.split()), the same with .lower(), and open_clip's canonicalize_text.
test.each([
  ["  A\tcat \u0085 on\u00a0the\u001cmat ", "A cat on the mat"],
  ["\ufeffa\u200bb", "\ufeffa\u200bb"],
  ["\u0000a \u3000 b\r\n", "\u0000a b"],
  ["", ""],
])("spaces of %j become single ones", (text, expected) => {
  expect(cleanText(text, "whitespace")).toBe(expected);
});

test("lower-casing follows cleaning", () => {
  expect(cleanText(" ΣΑΣ  İ ", "lower")).toBe("σας i̇");
});

test.each([
  ["A CAT_nap, asleep!", "a cat nap asleep"],
  ["don't [stop] {this} ~ `now` — please…", "dont stop this now — please…"],
  ["___", ""],
])("%j is canonicalized", (text, expected) => {
  expect(cleanText(text, "canonicalize")).toBe(expected);
});
