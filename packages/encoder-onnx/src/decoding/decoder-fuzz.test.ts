import { expect, test } from "vitest";
import { decodeMutated } from "../fixtures/decode-mutated.ts";
import { bombs, mutateImage } from "../fixtures/mutate-image.ts";

test("300 damaged files and the bombs among them are read or refused, and good ones keep their pixels", async () => {
  const damaged = Array.from({ length: 300 }, (_, seed) => mutateImage(seed));
  const report = await decodeMutated([...damaged, ...bombs()]);
  expect(report.wrong).toEqual([]);
  expect(report.spoiled).toBe(0);
  expect(report.read).toBeGreaterThan(30);
  expect(report.refused).toBeGreaterThan(100);
  expect(report.slowest.took, report.slowest.name).toBeLessThan(10_000);
}, 60_000);
