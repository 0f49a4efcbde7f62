import { describe, expect, test } from "vitest";
import { sharedFolder } from "#shared";
import { soakEncoder } from "./fixtures/soak-encoder.ts";

const folder = sharedFolder("data", "flickr8k-800", "images") ?? "";

describe.skipIf(folder === "")("memory", () => {
  test("over 1,500 photos a process grows by less than a fifth from its second quarter to its last", async () => {
    const { secondQuarter, lastQuarter, reports } = await soakEncoder({
      ...{ folder, count: 1500, every: 50 },
      // Threads start beside an option of V8's, too.
      nodeOptions: ["--max-old-space-size=512"],
    });
    expect(reports).toBeGreaterThan(20);
    expect(lastQuarter / secondQuarter).toBeLessThan(1.2);
  }, 60_000);
});
