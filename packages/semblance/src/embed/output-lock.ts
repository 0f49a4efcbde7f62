import { createHash } from "node:crypto";
import { mkdir, realpath, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SemblanceError } from "@semblance/core";

/**
 * Makes this process the only one of this machine that works on an output. A process that was killed
 * leaves nothing that holds up the next: the lock is a local socket, which the system closes.
 *
 * @throws {@link SemblanceError} with code `OUTPUT_BUSY`.
 */
export async function lockOutput(output: string): Promise<AsyncDisposable> {
  await mkdir(output, { recursive: true });
  const address = addressOf(await realpath(output));
  const server = (await listen(address)) ?? (await listenAfterDead(address));
  if (server === undefined) {
    throw new SemblanceError({
      code: "OUTPUT_BUSY",
      message: `Another process is writing to ${output}.`,
      fix: "Wait until it has ended, or give another -o.",
    });
  }
  return {
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function addressOf(output: string): string {
  const name = `semblance-${createHash("sha256").update(output).digest("hex").slice(0, 32)}`;
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

function listen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(address, () => resolve(server));
  });
}

// A socket's file outlives a process that was killed, but nothing answers at it.
async function listenAfterDead(address: string): Promise<Server | undefined> {
  if (await answers(address)) return undefined;
  await rm(address, { force: true });
  return listen(address);
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
