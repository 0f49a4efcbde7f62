import { beforeAll, describe, expect, test } from "vitest";
import { ourCases, prepareCases } from "../fixtures/our-cases.ts";
import { trainedPython } from "../fixtures/trained-python.ts";

// Those that two fits suffice for; trainer-conformance.slow.test.ts has all.
const quick = [
  "tells steps and evaluations, and ends its events",
  "gives a whole result, whose gain is the mean of its queries",
  "leaves a model that can be opened",
  "refuses a hyperparameter that it does not know",
  "stops when it is cancelled, with the best so far",
];

describe.skipIf(!trainedPython)("the trainer", () => {
  beforeAll(prepareCases, 180_000);

  test.each(quick)(
    "%s",
    async (name) => {
      const found = ourCases.find((one) => one.name === name);
      expect(found).toBeDefined();
      await found?.run();
    },
    120_000,
  );
});
