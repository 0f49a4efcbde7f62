import { expect, test } from "vitest";
import { describeProgress, drawProgress } from "./describe-progress.ts";

const progress = { stage: "encoding images", done: 500, total: 2000, unit: "images" };

function after(seconds: number, doneBefore = 0) {
  return { seconds, doneBefore };
}

test("a log says in words how far work is, how fast, and how long it will take", () => {
  expect(describeProgress(progress, after(10))).toBe(
    "encoding images: 500 of 2,000 images, 50/s, 30 s left",
  );
});

test("a terminal shows a bar", () => {
  expect(drawProgress(progress, after(10))).toBe(
    "encoding images ████░░░░░░░░░░░░ 500/2,000 images, 50/s, 30 s left",
  );
});

test("what resumed work had done before is not counted into its pace", () => {
  expect(describeProgress(progress, after(10, 400))).toContain(", 10/s, 3 min left");
});

test.each([
  [60, "3 min left"],
  [1700, "85 min left"],
  [2000, "1 h 40 min left"],
  [57_600, "2 d 0 h left"],
  [80_000, "2 d 18 h left"],
])("after %i s for a quarter of it, there are %s", (seconds, left) => {
  expect(describeProgress(progress, after(seconds))).toContain(left);
});

test.each([
  [80_000, "8,000/s"],
  [142, "14.2/s"],
  [4, "0.4/s"],
])("%i images in 10 seconds are %s", (done, pace) => {
  expect(describeProgress({ ...progress, done, total: done }, after(10))).toContain(`, ${pace}`);
});

test("no time is estimated at the very start, nor at the end", () => {
  expect(describeProgress(progress, after(1))).not.toContain("left");
  expect(describeProgress({ ...progress, done: 0 }, after(60))).not.toContain("left");
  expect(describeProgress({ ...progress, done: 2000 }, after(60))).not.toContain("left");
});

test("where the total is unknown there is no bar", () => {
  expect(drawProgress({ stage: "listing items", done: 3000, unit: "items" }, after(9))).toBe(
    "listing items: 3,000 items",
  );
  expect(drawProgress({ stage: "starting Python", done: 0, unit: "steps" }, after(9))).toBe(
    "starting Python",
  );
});

test("a bar is never longer than full", () => {
  const bar = drawProgress({ ...progress, done: 2100 }, after(9));
  expect(bar).toContain(`${"█".repeat(16)} 2,100/2,000`);
});

test("work that is measured in seconds needs no estimate", () => {
  const training = { stage: "training", done: 20, total: 60, unit: "s" };
  expect(describeProgress(training, after(20))).toBe("training: 20 of 60 s");
});
