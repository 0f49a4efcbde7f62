import { expect, test } from "vitest";
import { chooseTorch } from "./torch-requirement.ts";

test.skipIf(process.platform === "darwin")(
  "the CPU build has PyTorch's index to fall back on",
  async () => {
    expect(await chooseTorch("cpu")).toEqual({
      requirement: "torch==2.13.0+cpu",
      fallbackIndex: "https://download.pytorch.org/whl/cpu",
    });
  },
);

test("a version is taken as it is, and cuda is the plain package", async () => {
  expect(await chooseTorch("2.12.1+cu130")).toEqual({ requirement: "torch==2.12.1+cu130" });
  expect(await chooseTorch("cuda")).toEqual({ requirement: "torch==2.13.0" });
});

test("what is neither a version nor a choice is a RangeError", async () => {
  await expect(chooseTorch("gpu")).rejects.toThrow(RangeError);
});
