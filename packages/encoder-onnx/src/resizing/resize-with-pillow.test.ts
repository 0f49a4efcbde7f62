import { findPython } from "@semblance/trainer-bridge";
import { expect, test } from "vitest";
import { compareWithPillow, kernels, pythonWithPillow } from "../fixtures/compare-with-pillow.ts";

const python = pythonWithPillow(() => findPython({})) ?? "";

test.skipIf(python === "").each(kernels)(
  "%s gives the bytes of the Pillow at hand on 12 random images, up and down, whole and in part",
  (kernel) => {
    expect(compareWithPillow(python, kernel, 12)).toEqual([]);
  },
);
