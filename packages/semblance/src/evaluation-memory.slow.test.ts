import { expect, test } from "vitest";
import { recordFigures } from "#figures";
import { measureMemory } from "../fixtures/memory-use.ts";

const images = 100_000;
const texts = 500_000;

// The embeddings are held as they are given, so what comes on top does not depend on their dimension.
test.skipIf(process.platform !== "linux")(
  "100,000 images and 500,000 texts of 512 dimensions fit in 2 GiB, process and all",
  { timeout: 3_600_000 },
  (context) => {
    const dimension = 32;
    const { peak, seconds } = measureMemory(images, texts, dimension);
    const mebibytes = (dimensions: number) => ((images + texts) * dimensions * 4) / 2 ** 20;
    const atFullSize = peak - mebibytes(dimension) + mebibytes(512);
    recordFigures(context, {
      "peak at 32 dimensions, MiB": Math.round(peak),
      "peak with embeddings of 512, MiB": Math.round(atFullSize),
      "all metrics and intervals at 32 dimensions, s": Math.round(seconds),
    });
    expect(atFullSize).toBeLessThan(2048);
  },
);
