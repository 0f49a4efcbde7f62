import { readFile } from "node:fs/promises";
import { ModelError, TrainerError } from "@semblance/core";
import { expect, test } from "vitest";
import { describeError, traceError } from "./describe-error.ts";

test("our own errors keep their code, message and remedy", () => {
  const error = new ModelError({ code: "NO_MODEL", message: "None.", fix: "Bring one." });
  expect(describeError(error)).toEqual({ code: "NO_MODEL", message: "None.", fix: "Bring one." });
});

test("what the operating system refuses names the file, not the call", async () => {
  const error = await readFile("/nowhere/at/all").catch((reason) => reason);
  expect(describeError(error)).toEqual({
    code: "FILE_NOT_FOUND",
    message: "There is nothing there: /nowhere/at/all (ENOENT).",
    fix: "Check the path.",
  });
});

test("a full disk is told as one", () => {
  const error = Object.assign(new Error("ENOSPC: write"), { code: "ENOSPC", syscall: "write" });
  expect(describeError(error)).toMatchObject({
    code: "DISK_FULL",
    message: "The disk is full (ENOSPC).",
  });
});

test("an argument out of range is told as it is", () => {
  expect(describeError(new RangeError("k is positive."))).toEqual({
    code: "ARGUMENT_INVALID",
    message: "k is positive.",
  });
});

test("anything else was not foreseen, and says how to see more", () => {
  expect(describeError(new TypeError("x is undefined"))).toMatchObject({ code: "UNEXPECTED" });
  expect(describeError("a string").fix).toContain("--verbose");
});

test("a trace holds the stack, the causes and what Python said", () => {
  const python = { traceback: "Traceback: line 3", log: "out of memory" };
  const cause = new TrainerError({ code: "WORKER_KILLED", message: "Killed.", python });
  const trace = traceError(new Error("Outer", { cause }));
  expect(trace).toMatch(/Error: Outer\n +at /);
  expect(trace).toContain("Caused by TrainerError: Killed.");
  expect(trace).toContain("Traceback: line 3");
  expect(trace).toContain("The last lines that Python wrote:\nout of memory");
});
