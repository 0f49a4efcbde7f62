import { expect, test } from "vitest";
import { readPairs } from "../pairs/pair-table.ts";
import { chooseMethod } from "./choose-method.ts";

// Fifty independent pairs, every other one a match, of which `platt` says 0.6 and 0.4.
const labels = Uint8Array.from({ length: 50 }, (_, pair) => pair % 2);
const table = readPairs({ scores: Float64Array.from(labels), labels });
const platt = Float64Array.from(labels, (label) => (label ? 0.6 : 0.4));
const confidence = { resamples: 200, seed: 0 };

async function chosenAgainst(isotonic: Float64Array) {
  const probabilities = new Map([
    ["isotonic", isotonic],
    ["platt", platt],
  ] as const);
  return await chooseMethod(table, probabilities, { confidence });
}

test("a curve that does better on every pair is chosen, however little that is", async () => {
  const better = platt.map((probability) => 0.5 + 1.1 * (probability - 0.5));
  const { method, probabilities } = await chosenAgainst(better);
  expect(method).toBe("isotonic");
  expect(probabilities).toBe(better);
});

test("a curve that gains on one pair what it nearly loses on another is not", async () => {
  const lucky = platt.slice();
  lucky[1] = 0.9;
  lucky[3] = 0.45;
  const { method, logLoss } = await chosenAgainst(lucky);
  expect(logLoss.isotonic?.value).toBeLessThan(logLoss.platt?.value ?? 0);
  expect(method).toBe("platt");
});

test("resamples without a match, which a prior cannot weight, do not decide", async () => {
  const rare = Uint8Array.from({ length: 200 }, (_, pair) => Number(pair < 5));
  const atHalf = readPairs({ scores: Float64Array.from(rare), labels: rare }, 0.5);
  const even = Float64Array.from(rare, (label) => (label ? 0.6 : 0.4));
  const lucky = even.slice();
  lucky[1] = 0.9;
  lucky[3] = 0.45;
  const probabilities = new Map([
    ["isotonic", lucky],
    ["platt", even],
  ] as const);
  const options = { confidence: { resamples: 1000, seed: 0 } };
  expect((await chooseMethod(atHalf, probabilities, options)).method).toBe("platt");
});
