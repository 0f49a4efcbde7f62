import { createRandom } from "@semblance/core";
import { beforeAll, describe, expect, test } from "vitest";
import { recordFigures } from "#figures";
import { type ChaosBench, createChaosBench, disturb, endings } from "../fixtures/chaos.ts";
import { trainedPython } from "../fixtures/trained-python.ts";

const moments = 10;
const options = { timeout: 3_600_000 };

describe.skipIf(!trainedPython)("a fit that is disturbed at ten random moments", () => {
  let bench: ChaosBench;
  beforeAll(async () => {
    bench = await createChaosBench();
  }, 300_000);

  test.for(endings)("(%s) settles and resumes to the same bits", options, async (each, context) => {
    const [mishap, codes] = each;
    const found: Record<string, number> = {};
    for (let seed = 0; seed < moments; seed++) {
      const outcome = await disturb(bench, mishap, createRandom(seed));
      found[outcome.ending] = (found[outcome.ending] ?? 0) + 1;
      expect(codes, `seed ${seed}`).toContain(outcome.ending);
      expect(outcome, `seed ${seed}`).toMatchObject({ hasFix: true, resumed: bench.undisturbed });
    }
    recordFigures(context, found);
  });
});
