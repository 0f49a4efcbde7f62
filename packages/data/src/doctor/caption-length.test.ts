import { type EncodedBatch, fromAnyIterable, type Tower } from "@semblance/core";
import { expect, test } from "vitest";
import { countedTooLong, findTruncated } from "./caption-length.ts";

/** A tower that reads ten characters, and writes down what it was given. */
function createShortTower(saysWhich: "rows" | "count"): Tower<string> & { given: string[] } {
  const given: string[] = [];
  return {
    id: "short",
    given,
    async *encode(texts) {
      const batch: string[] = [];
      for await (const text of fromAnyIterable(texts)) batch.push(text);
      given.push(...batch);
      const rows = batch.flatMap((text, row) => (text.length > 10 ? row : []));
      const encoded: EncodedBatch = {
        embeddings: { data: new Float32Array(batch.length), dimension: 1, count: batch.length },
        indices: Uint32Array.from(batch.keys()),
        failures: [],
        truncated: rows.length,
        ...(saysWhich === "rows" && { truncatedRows: Uint32Array.from(rows) }),
      };
      yield encoded;
    },
  };
}

const short = Array.from({ length: 200 }, (_, i) => `short ${i}`);

test.each(["rows", "count"] as const)(
  "finds what a model cuts by the %s it tells",
  async (tells) => {
    const long = ["longer than ten", "longest of them all"];
    const found = await findTruncated([...short, ...long], createShortTower(tells), {});
    expect([...found].sort()).toEqual(long);
  },
);

test("asks the model for the longest captions only", async () => {
  const tower = createShortTower("rows");
  await findTruncated(["longer than ten", ...short], tower, {});
  expect(tower.given).toHaveLength(128);
  expect(tower.given[0]).toBe("longer than ten");
});

test("counts words, also where there are no spaces", () => {
  const tooLong = countedTooLong(3);
  expect(tooLong("one, two — three!")).toBeUndefined();
  expect(tooLong("one two three four")).toBe("4 words; 3 are read whole");
  expect(tooLong("我喜欢吃苹果和香蕉")).toMatch(/^\d+ words/);
});
