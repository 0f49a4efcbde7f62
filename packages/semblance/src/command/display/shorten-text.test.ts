import { expect, test } from "vitest";
import { shortenText } from "./shorten-text.ts";

test("a text that is too long ends with a sign that there was more", () => {
  expect(shortenText("a dog runs", 10)).toBe("a dog runs");
  expect(shortenText("a dog runs!", 10)).toBe("a dog run…");
});

test("a text stays in its line and cannot steer the terminal", () => {
  expect(shortenText("a\r\n dog\t\u001b[2Jruns\u009b1m", 30)).toBe("a dog [2Jruns 1m");
});
