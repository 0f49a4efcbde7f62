import { beforeAll, describe, test } from "vitest";
import { ourCases, prepareCases } from "../fixtures/our-cases.ts";
import { trainedPython } from "../fixtures/trained-python.ts";

describe.skipIf(!trainedPython)("the trainer", () => {
  beforeAll(prepareCases, 300_000);

  test.each(ourCases)("$name", ({ run }) => run(), 300_000);
});
