import { expect, test } from "vitest";
import { makePairs } from "./fixtures/made-pairs.ts";
import { identity, type Matrix } from "./matrix.ts";
import { createPace } from "./pace.ts";
import { type PairMoments, pairMoments, ridgeHead } from "./ridge-head.ts";
import { type TrainingPairs, toTrainingPairs } from "./training-pairs.ts";

const pace = createPace({ timeLimit: undefined, isCancelled: () => false });
const dimension = 6;
const made = makePairs({ images: 700, dimension });
// Grades, a pair judged twice, and one that is not relevant.
const judgements = [
  ...made.judgements.map((pair) => ({ ...pair, relevance: 1 + (pair.text % 3) })),
  { text: 0, image: 0, relevance: 1 },
  { text: 1, image: 5, relevance: 0 },
];
const pairs = toTrainingPairs({ ...made, judgements });

async function momentsOf(tower: "image" | "text"): Promise<PairMoments> {
  const moments = await pairMoments(pairs, tower, { pace });
  if (moments) return moments;
  throw new Error("Nothing asked for a stop.");
}

/** Mean ‖W x − y‖² over the pairs by their weights, and λ ‖W − I‖², as the words have it. */
function objective(
  { encoded, imagesOfText }: TrainingPairs,
  tower: "image" | "text",
  weight: Matrix,
  strength: number,
): number {
  let [sum, total] = [0, 0];
  for (const [text, partners] of imagesOfText.entries()) {
    for (const partner of partners) {
      const rows = { text, image: partner.row };
      const other = tower === "text" ? "image" : "text";
      const x = encoded[tower].data.subarray(
        rows[tower] * dimension,
        (rows[tower] + 1) * dimension,
      );
      const y = encoded[other].data.subarray(rows[other] * dimension);
      for (let row = 0; row < dimension; row++) {
        const mapped = x.reduce((s, value, i) => s + value * at(weight, row, i), 0);
        sum += partner.weight * (mapped - (y[row] ?? 0)) ** 2;
      }
      total += partner.weight;
    }
  }
  const start = identity(dimension).data;
  const apart = weight.data.reduce((s, value, i) => s + (value - (start[i] ?? 0)) ** 2, 0);
  return sum / total + (strength / dimension) * apart;
}

const at = ({ data, columns }: Matrix, row: number, column: number) =>
  data[row * columns + column] ?? 0;

test.each(["text", "image"] as const)(
  "no head near the closed form of %s is better",
  async (tower) => {
    const strength = 0.7;
    const weight = ridgeHead(await momentsOf(tower), strength);
    const least = objective(pairs, tower, weight, strength);
    for (let i = 0; i < weight.data.length; i++) {
      for (const change of [1e-3, -1e-3]) {
        const data = weight.data.slice();
        data[i] = (data[i] ?? 0) + change;
        const more = objective(pairs, tower, { ...weight, data }, strength) - least;
        expect(more).toBeGreaterThan(0);
        // At the minimum only the square of the change is left.
        expect(more).toBeLessThan(2e-6);
      }
    }
  },
);

test("the stronger the pull, the nearer the identity", async () => {
  const moments = await momentsOf("text");
  const distance = (strength: number) => {
    const { data } = ridgeHead(moments, strength);
    const start = identity(dimension).data;
    return Math.hypot(...data.map((value, i) => value - (start[i] ?? 0)));
  };
  const distances = [0.01, 1, 100, 1e6].map(distance);
  expect(distances.toSorted((a, b) => b - a)).toEqual(distances);
  expect(distances[3]).toBeLessThan(1e-4);
});

test("nothing that belongs together is nothing to fit on", () => {
  const none = { ...made, judgements: [{ text: 0, image: 0, relevance: 0 }] };
  expect(() => toTrainingPairs(none)).toThrow(expect.objectContaining({ code: "DATASET_EMPTY" }));
});

test("sums end when it is time to stop", async () => {
  const stopped = createPace({ timeLimit: undefined, isCancelled: () => true });
  expect(await pairMoments(pairs, "text", { pace: stopped })).toBeUndefined();
});
