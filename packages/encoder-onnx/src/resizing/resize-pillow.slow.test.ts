import { findPython } from "@semblance/trainer-bridge";
import { describe, expect, test } from "vitest";
import { recordFigures } from "#figures";
import { compareWithPillow, kernels, pythonWithPillow } from "../fixtures/compare-with-pillow.ts";

const python = pythonWithPillow(() => findPython({})) ?? "";

describe.skipIf(python === "")("the bytes of Pillow", () => {
  test.for(kernels)(
    "are those of %s on 120 random images, up and down, whole and in part",
    {
      timeout: 120_000,
    },
    (kernel, context) => {
      const different = compareWithPillow(python, kernel, 120);
      recordFigures(context, { "random images": 120, "with other bytes": different.length });
      expect(different).toEqual([]);
    },
  );
});
