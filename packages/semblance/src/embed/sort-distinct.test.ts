import { expect, test } from "vitest";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { sortDistinct } from "./sort-distinct.ts";

async function sorted(values: readonly string[], runLength: number): Promise<string[]> {
  const stream = async function* () {
    yield* values;
  };
  return Array.fromAsync(sortDistinct(stream(), { folder: temporaryFolder(), runLength }));
}

test.each([1, 2, 7, 100, 5000])(
  "runs of %i are merged into what sorting all gives",
  async (run) => {
    const values = Array.from({ length: 300 }, (_, i) => `photo ${(i * 7919) % 211} \n"é🐈`);
    expect(await sorted(values, run)).toEqual([...new Set(values)].sort());
  },
);

test("order is by UTF-16 code units, as an array's sort has it", async () => {
  const values = ["\uffee", "🐈", "b", "B", "a/b", "a.b", "", "\u{1f431}"];
  expect(await sorted(values, 3)).toEqual([...new Set(values)].sort());
});

test("nothing gives nothing", async () => {
  expect(await sorted([], 3)).toEqual([]);
});
