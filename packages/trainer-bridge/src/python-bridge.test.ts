import { mkdtempSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { isAlive, isGoneWithin, plainPython } from "../fixtures/scripted-fit.ts";
import { openWorkerBridge } from "./open-worker-bridge.ts";
import { openPythonBridge, type PythonBridge } from "./python-bridge.ts";

const opened: PythonBridge[] = [];
afterEach(async () => {
  for (const bridge of opened.splice(0)) await bridge.close();
});

async function open(options: { callTimeoutMs?: number; logFile?: string } = {}) {
  const logFile = join(mkdtempSync(join(tmpdir(), "bridge-")), "bridge.log");
  const bridge = await openPythonBridge({
    python: plainPython,
    logFile,
    callTimeoutMs: 20_000,
    ...options,
  });
  opened.push(bridge);
  return bridge;
}

function pidOf(bridge: PythonBridge): number {
  if (bridge.pid === undefined) throw new Error("The bridge has no process.");
  return bridge.pid;
}

test("many calls at a time are all answered", async () => {
  const bridge = await open();
  const answers = await Promise.all(Array.from({ length: 50 }, () => bridge.call("hello")));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(answers[0]).toMatchObject({ protocol: 1, pid: bridge.pid });
});

test("an operation that Python does not know is PROTOCOL, and the bridge lives on", async () => {
  const bridge = await open();
  await expect(bridge.call("dance")).rejects.toMatchObject({ code: "PROTOCOL" });
  await expect(bridge.call("hello")).resolves.toMatchObject({ protocol: 1 });
});

test("an exception in Python keeps its type and traceback", async () => {
  const bridge = await open();
  await expect(bridge.call("start", {})).rejects.toMatchObject({
    code: "PYTHON_ERROR",
    python: { pythonType: "KeyError", traceback: expect.stringContaining("pidFile") },
  });
});

test("killing Python settles the call that waits and every later one", async () => {
  const bridge = await open();
  process.kill(pidOf(bridge), "SIGSTOP");
  const waiting = bridge.call("hello");
  process.kill(pidOf(bridge), "SIGKILL");
  await expect(waiting).rejects.toMatchObject({ code: "PYTHON_DIED" });
  await expect(bridge.call("hello")).rejects.toMatchObject({ code: "PYTHON_DIED" });
});

test("a Python that falls silent is a TIMEOUT, and close kills it", async () => {
  const bridge = await open({ callTimeoutMs: 1500 });
  process.kill(pidOf(bridge), "SIGSTOP");
  await expect(bridge.call("hello")).rejects.toMatchObject({ code: "TIMEOUT" });
  await bridge.close();
  expect(await isGoneWithin(pidOf(bridge), 2)).toBe(true);
});

test("after close the process is gone, a call is CLOSED, and closing again is harmless", async () => {
  const bridge = await open();
  await bridge.close();
  await bridge.close();
  expect(isAlive(pidOf(bridge))).toBe(false);
  await expect(bridge.call("hello")).rejects.toMatchObject({ code: "CLOSED" });
});

test("two bridges are two processes; the end of one leaves the other alone", async () => {
  const [first, second] = [await open(), await open()];
  await first.close();
  await expect(second.call("hello")).resolves.toMatchObject({ pid: second.pid });
});

test("loading leaves the environment as it was, and DEBUG makes nothing talk", async () => {
  process.env.DEBUG = "*";
  const before = { ...process.env };
  await open();
  expect(process.env).toEqual(before);
  expect("__pythonBridge" in globalThis).toBe(false);
  delete process.env.DEBUG;
});

test("the application's own pythonia is left alone", async () => {
  const require = createRequire(import.meta.url);
  process.env.PYTHON_BIN = plainPython;
  const own = require("pythonia");
  const bridge = await open();
  expect(bridge.pid).not.toBe(own.com.proc.pid);
  expect(require("pythonia")).toBe(own);
  own.python.exit();
  delete process.env.PYTHON_BIN;
});

test("Ctrl-C in the terminal does not end Python: what it means is for Node to say", async () => {
  const bridge = await open();
  process.kill(pidOf(bridge), "SIGINT");
  await expect(bridge.call("hello")).resolves.toMatchObject({ pid: bridge.pid });
});

test("a program that is no Python is PYTHON_NOT_FOUND, with the command to type", async () => {
  const options = { logFile: "/dev/null", callTimeoutMs: 20_000 };
  for (const python of ["/no/such/python", process.execPath]) {
    await expect(openWorkerBridge({ ...options, python })).rejects.toMatchObject({
      code: "PYTHON_NOT_FOUND",
      fix: expect.stringContaining("setup-python"),
    });
  }
});

test("what Python prints goes to the log", async () => {
  const logFile = join(mkdtempSync(join(tmpdir(), "bridge-")), "bridge.log");
  const bridge = await open({ logFile });
  process.kill(pidOf(bridge), "SIGABRT"); // the fault handler writes where it was
  await expect(bridge.call("hello")).rejects.toMatchObject({
    code: "PYTHON_DIED",
    python: { log: expect.stringContaining("Fatal Python error") },
  });
  expect(readFileSync(logFile, "utf8")).toContain("Aborted");
});
