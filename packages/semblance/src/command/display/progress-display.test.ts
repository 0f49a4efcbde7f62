import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MemoryStream } from "../../../fixtures/command-run.ts";
import { createProgressDisplay } from "./progress-display.ts";

const progress = { stage: "encoding images", done: 1, total: 4, unit: "images" };
const taken = "\r\u001b[2K";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function displayOn(stream: MemoryStream, isQuiet = false) {
  return createProgressDisplay({ stream, isQuiet });
}

test("a terminal has one bar that is drawn anew and taken away at the end", () => {
  const stream = new MemoryStream(80);
  const display = displayOn(stream);
  display.update(progress);
  vi.advanceTimersByTime(200);
  display.update({ ...progress, done: 2 });
  display.close();
  const [first, second, rest] = stream.text.split(taken);
  expect(first).toContain("1/4 images");
  expect(second).toContain("2/4 images");
  expect(rest).toBe("");
});

test("a bar is redrawn ten times a second at most, but at once for a new stage", () => {
  const stream = new MemoryStream(80);
  const display = displayOn(stream);
  for (let done = 1; done <= 3; done++) display.update({ ...progress, done });
  display.update({ ...progress, stage: "encoding texts" });
  expect(stream.text.split(taken)).toHaveLength(2);
  expect(stream.text).toContain("encoding texts");
});

test("a bar never wraps, whatever is behind it", () => {
  const stream = new MemoryStream(40);
  displayOn(stream).update(progress, "step 12 · loss 3.141 · 250 images/s");
  expect(stream.text).toHaveLength(39);
});

test("details that do not fit are left out whole, the last ones first", () => {
  const stream = new MemoryStream(80);
  displayOn(stream).update(progress, "step 12 · loss 3.141 · 250 images/s · lr 1.0e-5");
  expect(stream.text).toMatch(/1\/4 images · step 12 · loss 3\.141$/);
});

test("a note stands on a line of its own, above the bar", () => {
  const stream = new MemoryStream(80);
  const display = displayOn(stream);
  display.update(progress);
  display.note("Something to know.");
  expect(stream.text.endsWith(`${taken}Something to know.\n`)).toBe(true);
});

test("without a terminal there is a line every five seconds, without control characters", () => {
  const stream = new MemoryStream();
  const display = displayOn(stream);
  for (let second = 0; second <= 11; second++) {
    display.update({ ...progress, done: second, total: 20 });
    vi.advanceTimersByTime(1000);
  }
  display.close();
  expect(stream.text.trimEnd().split("\n")).toEqual([
    "encoding images: 0 of 20 images",
    "encoding images: 5 of 20 images, 1/s, 15 s left",
    "encoding images: 10 of 20 images, 1/s, 10 s left",
  ]);
});

test("the pace of resumed work does not count what was done before", () => {
  const stream = new MemoryStream();
  const display = displayOn(stream);
  for (let second = 0; second <= 5; second++) {
    display.update({ ...progress, done: 1000 + second, total: 1020 });
    vi.advanceTimersByTime(1000);
  }
  expect(stream.text).toContain("encoding images: 1,005 of 1,020 images, 1/s, 15 s left\n");
});

test("without a terminal a new stage has its line, unless it follows within a second", () => {
  const stream = new MemoryStream();
  const display = displayOn(stream);
  display.update(progress);
  display.update({ ...progress, stage: "encoding texts" });
  vi.advanceTimersByTime(1500);
  display.update({ ...progress, stage: "resampling" });
  expect(stream.text).not.toContain("texts");
  expect(stream.text).toContain("resampling");
});

test("quiet is quiet", () => {
  const stream = new MemoryStream(80);
  const display = displayOn(stream, true);
  display.update(progress);
  display.note("Something to know.");
  display.close();
  expect(stream.text).toBe("");
});
