import { expect, test } from "vitest";
import { describeProgress, drawProgress } from "./describe-progress.ts";

const progress = { stage: "encoding images", done: 500, total: 2000, unit: "images" };

test("a log says in words how far work is, and how long it will take", () => {
  expect(describeProgress(progress, 10)).toBe("encoding images: 500 of 2,000 images, 30 s left");
});

test("a terminal shows a bar", () => {
  expect(drawProgress(progress, 10)).toBe(
    "encoding images ████░░░░░░░░░░░░ 500/2,000 images, 30 s left",
  );
});

test("long waits are told in minutes", () => {
  expect(describeProgress(progress, 60)).toContain("3 min left");
});

test("no time is estimated at the very start, nor at the end", () => {
  expect(describeProgress(progress, 1)).not.toContain("left");
  expect(describeProgress({ ...progress, done: 0 }, 60)).not.toContain("left");
  expect(describeProgress({ ...progress, done: 2000 }, 60)).not.toContain("left");
});

test("where the total is unknown there is no bar", () => {
  expect(drawProgress({ stage: "listing items", done: 3000, unit: "items" }, 9)).toBe(
    "listing items: 3,000 items",
  );
  expect(drawProgress({ stage: "starting Python", done: 0, unit: "steps" }, 9)).toBe(
    "starting Python",
  );
});

test("a bar is never longer than full", () => {
  expect(drawProgress({ ...progress, done: 2100 }, 9)).toContain(`${"█".repeat(16)} 2,100/2,000`);
});

test("work that is measured in seconds needs no estimate", () => {
  const training = { stage: "training", done: 20, total: 60, unit: "s" };
  expect(describeProgress(training, 20)).toBe("training: 20 of 60 s");
});
