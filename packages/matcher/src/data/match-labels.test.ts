import { expect, test } from "vitest";
import { columns, freshEncoder, pairs } from "../../fixtures/pairs.ts";
import { createMatcher } from "../create-matcher.ts";
import { matchValues, toRelevance } from "./match-labels.ts";

test("matchLabel says which rows are matches; every other value is none", async () => {
  await using matcher = await createMatcher({
    encoder: freshEncoder(),
    ...columns,
    label: "verdict",
    matchLabel: "duplicate",
  });
  const data = { ...pairs, verdict: ["duplicate", "not duplicate", "unsure"] };
  expect((await matcher.evaluate({ data })).dataset.pairs).toBe(1);
});

test("a match label is compared as text, since a file has no numbers", () => {
  expect(toRelevance(["0", "1", null], { matchLabel: 0 }, "label")).toEqual([1, 0, null]);
});

test("words without matchLabel are refused, and the message shows them", () => {
  expect(() => toRelevance(["yes", "no"], {}, "label")).toThrow('it holds "yes", "no"');
});

test("a matchLabel that no row has is refused", () => {
  expect(() => toRelevance([1, 0], { matchLabel: "1 " }, "label")).toThrow('is "1 "');
});

test("predicted labels are 1 and 0, or the data's own two values", () => {
  const table = { columns: { verdict: ["no", "yes", null] }, length: 3 };
  const label = { column: "verdict", table };
  expect(matchValues({}, label)).toEqual({ match: 1, noMatch: 0 });
  expect(matchValues({ matchLabel: "yes" }, label)).toEqual({ match: "yes", noMatch: "no" });
  const named = { matchLabel: "yes", noMatchLabel: "never" };
  expect(matchValues(named, label)).toEqual({ match: "yes", noMatch: "never" });
});

test("without the other value anywhere, what to call no match has to be said", () => {
  const label = { column: "verdict", table: { columns: {}, length: 0 } };
  expect(() => matchValues({ matchLabel: "yes" }, label)).toThrow("nothing says");
});
