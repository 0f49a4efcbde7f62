import { expect, test } from "vitest";
import { measureMemory } from "../fixtures/memory-use.ts";

test.skipIf(process.platform !== "linux")(
  "an evaluation needs a part of the memory that its scores would take",
  () => {
    const { before, peak, rsum } = measureMemory(3000, 15_000, 8);
    const scores = (3000 * 15_000 * 4) / 2 ** 20;
    expect(rsum).toBeGreaterThan(0);
    expect(peak - before).toBeLessThan(scores / 3);
  },
);
