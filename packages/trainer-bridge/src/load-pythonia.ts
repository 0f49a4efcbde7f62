import type { ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { pythonPath } from "./package-folder.ts";

/** `semblance_trainer.bridge` as pythonia shows it. */
export interface BridgeModule {
  init(logPath: string): Promise<string>;
  handle(payload: string): Promise<string>;
}

/** The part of pythonia that is used. */
export interface Pythonia {
  readonly python: {
    (moduleName: string): Promise<BridgeModule>;
    exit(): void;
  };
  readonly com: { readonly proc: ChildProcess | null };
}

const require = createRequire(import.meta.url);

/**
 * Loads a fresh copy of pythonia, which starts `python` as a side effect of being loaded.
 *
 * A copy is good for one process: after an exit its callbacks are dead. The process inherits the
 * environment, and pythonia reads its settings from there, so both are set for that moment alone.
 */
export function loadPythonia(python: string): Pythonia {
  const globals = Object.getOwnPropertyDescriptor(globalThis, "__pythonBridge");
  const others = takeFromCache();
  try {
    return withEnvironment(
      {
        PYTHON_BIN: python,
        PYTHONPATH: pythonPath,
        REQ_TIMEOUT: "0", // no timer of pythonia's; "Infinity" would be read as one millisecond
        DEBUG: undefined, // makes pythonia print every message
        PYTHONSAFEPATH: undefined, // keeps pythonia's own Python files from finding each other
      },
      () => require("pythonia"),
    );
  } finally {
    takeFromCache();
    Object.assign(require.cache, others);
    Reflect.deleteProperty(globalThis, "__pythonBridge");
    if (globals !== undefined) Object.defineProperty(globalThis, "__pythonBridge", globals);
  }
}

function takeFromCache(): NodeJS.Dict<NodeJS.Module> {
  const taken: NodeJS.Dict<NodeJS.Module> = {};
  for (const path of Object.keys(require.cache)) {
    if (!/[\\/]node_modules[\\/]pythonia[\\/]/.test(path)) continue;
    taken[path] = require.cache[path];
    delete require.cache[path];
  }
  return taken;
}

function withEnvironment<T>(
  changes: Readonly<Record<string, string | undefined>>,
  action: () => T,
): T {
  const before = Object.keys(changes).map((name) => [name, process.env[name]] as const);
  setEnvironment(Object.entries(changes));
  try {
    return action();
  } finally {
    setEnvironment(before);
  }
}

function setEnvironment(entries: readonly (readonly [string, string | undefined])[]): void {
  for (const [name, value] of entries) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
