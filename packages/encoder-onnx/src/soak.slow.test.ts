import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportCheckpoint } from "@semblance/trainer-bridge";
import { afterAll, describe, expect, test } from "vitest";
import { recordFigures } from "#figures";
import { sharedFolder } from "#shared";
import { soakEncoder } from "./fixtures/soak-encoder.ts";

const folder = sharedFolder("data", "flickr8k-800", "images") ?? "";
const model = await mkdtemp(join(tmpdir(), "semblance-soak-"));
afterAll(() => rm(model, { recursive: true }));

describe.skipIf(folder === "")("memory", () => {
  test("stays flat over 20,000 photos: the last quarter's within 5 % of the second's", async (context) => {
    const checkpoint = join(sharedFolder("oracle", "tiny-clip") ?? "", "checkpoint");
    await exportCheckpoint({ checkpoint, output: model });
    const { secondQuarter, lastQuarter, reports } = await soakEncoder({
      ...{ model, folder, count: 20_000, every: 250 },
    });
    recordFigures(context, {
      "second quarter, MiB": Math.round(secondQuarter),
      "last quarter, MiB": Math.round(lastQuarter),
      "last quarter ÷ second": Math.round((1000 * lastQuarter) / secondQuarter) / 1000,
    });
    expect(reports).toBe(80);
    expect(Math.abs(lastQuarter / secondQuarter - 1)).toBeLessThan(0.05);
  }, 1_800_000);
});
