import { createRandom } from "@semblance/core";
import { beforeAll, describe, expect, test } from "vitest";
import { type ChaosBench, createChaosBench, disturb, endings } from "../fixtures/chaos.ts";
import { trainedPython } from "../fixtures/trained-python.ts";

describe.skipIf(!trainedPython)("a fit that is disturbed at a random moment", () => {
  let bench: ChaosBench;
  beforeAll(async () => {
    bench = await createChaosBench();
  }, 180_000);

  test.concurrent.each(endings)(
    "(%s) settles, and resumes to the same bits",
    async (mishap, codes) => {
      const outcome = await disturb(bench, mishap, createRandom(mishap.length));
      expect(codes).toContain(outcome.ending);
      expect(outcome).toMatchObject({ hasFix: true, resumed: bench.undisturbed });
    },
    120_000,
  );
});
