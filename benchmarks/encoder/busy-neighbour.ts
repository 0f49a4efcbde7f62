import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";

// It ends with its parent, so that a killed benchmark leaves no process that spins for ever.
const spin = `const parent = process.ppid;
while (process.ppid === parent) for (let i = 0; i < 1e7; i++);`;

/** Keeps every core busy, one spinning process for each, until it is disposed of. */
export function startBusyNeighbour(): AsyncDisposable {
  const children = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ["--eval", spin], { stdio: "ignore" }),
  );
  return {
    async [Symbol.asyncDispose]() {
      const ended = children.map((child) => once(child, "exit"));
      for (const child of children) child.kill();
      await Promise.all(ended);
    },
  };
}
