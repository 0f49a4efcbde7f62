import type { ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { TrainerError } from "@semblance/core";
import { z } from "zod";
import { type BridgeModule, loadPythonia, type Pythonia } from "./load-pythonia.ts";
import { parseReply } from "./parse-reply.ts";
import { readLogTail } from "./read-log-tail.ts";
import {
  describeExit,
  failureFromPython,
  pythonDied,
  pythonFailure,
  pythonNotFound,
} from "./trainer-failure.ts";

/** The version of the job files and messages that both sides agree on. */
export const protocolVersion = 1;

const exitPatienceMs = 3000;

/** How to open a {@link PythonBridge}. */
export interface PythonBridgeOptions {
  readonly python: string;
  /** What Python prints goes here. */
  readonly logFile: string;
  readonly callTimeoutMs: number;
}

/** Python's control process. Every call settles: also when Python dies or falls silent. */
export interface PythonBridge extends AsyncDisposable {
  readonly pid: number | undefined;
  /** The operation's answer, not checked. @throws {@link TrainerError} */
  call(operation: string, parameters?: object): Promise<unknown>;
  /** Ends the process: asks, waits, kills. Workers of its that still run get their end signal. */
  close(): Promise<void>;
}

/** Starts Python and loads the bridge there. */
export async function openPythonBridge(options: PythonBridgeOptions): Promise<PythonBridge> {
  const pythonia = loadPythonia(options.python);
  const bridge = createBridge(pythonia, options);
  try {
    const hello = parseReply(helloAnswer, await bridge.open(), "greeting");
    if (hello.protocol === protocolVersion) return bridge;
    throw new TrainerError({
      code: "PROTOCOL",
      message: `The Python package speaks protocol ${hello.protocol}; expected ${protocolVersion}.`,
      fix: "Install one version of @semblance/trainer-bridge.",
    });
  } catch (error) {
    await bridge.close();
    throw error;
  }
}

const helloAnswer = z.object({ protocol: z.number() });

const answerSchema = z.discriminatedUnion("ok", [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: pythonFailure }),
]);

function createBridge(
  pythonia: Pythonia,
  options: PythonBridgeOptions,
): PythonBridge & { open(): Promise<unknown> } {
  const child = pythonia.com.proc;
  const death = watchDeath(child, options);
  let module: BridgeModule | undefined;
  let closing: Promise<void> | undefined;

  async function settle<T>(pending: Promise<T>): Promise<T> {
    const timer = new AbortController();
    try {
      return await Promise.race([pending, death, timeOut(options.callTimeoutMs, timer.signal)]);
    } catch (error) {
      throw TrainerError.isInstance(error) ? error : raisedInPython(error);
    } finally {
      timer.abort();
    }
  }

  async function call(operation: string, parameters: object = {}): Promise<unknown> {
    if (module === undefined || closing !== undefined) throw closed();
    const payload = JSON.stringify({ op: operation, args: parameters });
    return valueIn(await settle(module.handle(payload)));
  }

  function close(): Promise<void> {
    closing ??= endProcess(pythonia, child);
    return closing;
  }

  return {
    pid: child?.pid,
    async open() {
      module = await settle(pythonia.python("semblance_trainer.bridge"));
      return valueIn(await settle(module.init(options.logFile)));
    },
    call,
    close,
    [Symbol.asyncDispose]: close,
  };
}

// pythonia itself never notices: its calls would wait for ever.
function watchDeath(child: ChildProcess | null, options: PythonBridgeOptions): Promise<never> {
  const death = new Promise<never>((_resolve, reject) => {
    child?.on("error", (error) =>
      reject(pythonNotFound(`Cannot start ${options.python}: ${error.message}`, error)),
    );
    child?.once("exit", async (code, signal) =>
      reject(pythonDied(describeExit(code, signal), await readLogTail(options.logFile))),
    );
  });
  death.catch(() => undefined); // who waits for an answer hears of it; nobody else needs to
  return death;
}

async function timeOut(milliseconds: number, signal: AbortSignal): Promise<never> {
  await delay(milliseconds, undefined, { signal });
  throw new TrainerError({
    code: "TIMEOUT",
    message: `Python did not answer within ${milliseconds / 1000} s.`,
    fix: "Look whether the machine is out of memory or the process is stopped, then try again.",
  });
}

function closed(): TrainerError {
  return new TrainerError({ code: "CLOSED", message: "The connection to Python is closed." });
}

// pythonia's errors have no message: a coloured stack holds everything, the cause in its last line.
function raisedInPython(error: unknown): TrainerError {
  const text = error instanceof Error ? error.stack || error.message : String(error);
  const traceback = stripVTControlCharacters(text).trim();
  const message = traceback.split("\n").at(-1) ?? "unknown";
  return new TrainerError({
    code: "PYTHON_ERROR",
    message: `The Python bridge failed: ${message}`,
    cause: error,
    python: { traceback },
  });
}

function valueIn(text: string): unknown {
  const answer = parseReply(answerSchema, JSON.parse(text), "answer");
  if (answer.ok) return answer.value;
  throw failureFromPython(answer.error);
}

async function endProcess(pythonia: Pythonia, child: ChildProcess | null): Promise<void> {
  if (pythonia.com.proc !== null) pythonia.python.exit();
  if (child === null || child.pid === undefined) return;
  if (child.exitCode === null && child.signalCode === null) {
    const exit = new Promise((resolve) => child.once("exit", resolve));
    const late = delay(exitPatienceMs, "late", { ref: false });
    if ((await Promise.race([exit, late])) === "late") child.kill("SIGKILL");
  }
  if (child.connected) child.disconnect();
}
