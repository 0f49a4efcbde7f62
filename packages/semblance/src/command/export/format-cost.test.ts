import type { ExportCost, PrecisionCost } from "@semblance/trainer-bridge";
import { expect, test } from "vitest";
import { formatCost } from "./format-cost.ts";

const towers = (minCosine: number) => ({
  image: { maxAbs: 0.01, minCosine },
  text: { maxAbs: 0.01, minCosine: minCosine + 0.001 },
});
const unranked: PrecisionCost = {
  bytes: 4_230_000,
  toTorch: towers(0.99),
  toFp32: towers(0.5),
  agreement: null,
  metrics: null,
  change: null,
};
const cost: ExportCost = {
  items: { images: 4, texts: 5 },
  dataset: false,
  metrics: null,
  precisions: { int8: unranked },
};

test("without a dataset: size, and the smaller of both towers' cosines to PyTorch", () => {
  expect(formatCost(cost)).toEqual([
    "Cost of each precision, on 4 images and 5 texts; give --data to see what it does to a ranking:",
    "  int8: 4.2 MB, smallest cosine 0.990000",
  ]);
});

test("with a dataset: how many first hits are PyTorch's, and what hit@1 loses or gains", () => {
  const int8: PrecisionCost = {
    ...unranked,
    agreement: { "t2i.agreement@1": 0.91, "i2t.agreement@1": 1 },
    change: { "t2i.hit@1": -0.002, "i2t.hit@1": 0 },
  };
  expect(formatCost({ ...cost, dataset: true, precisions: { int8 } })).toEqual([
    "Cost of each precision, on 4 images and 5 texts:",
    "  int8: 4.2 MB, smallest cosine 0.990000, t2i same first 91.0 %, hit@1 -0.0020, i2t same first 100.0 %, hit@1 +0.0000",
  ]);
});
