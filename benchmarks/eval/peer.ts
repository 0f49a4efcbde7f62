import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A peer in a process of its own, its imports and inputs loaded; each run answers with its seconds. */
export interface Peer extends AsyncDisposable {
  readonly run: () => Promise<number>;
}

/** Starts the PyTorch peer on the `.npy` files in `folder`. */
export async function startPeer(python: string, folder: string): Promise<Peer> {
  const script = join(import.meta.dirname, "clip_benchmark_peer.py");
  // As many threads as ours has: one.
  const environment = { ...process.env, OMP_WAIT_POLICY: "PASSIVE", OMP_NUM_THREADS: "1" };
  const child = spawn(python, [script, folder], {
    env: environment,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const readLine = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("The PyTorch peer ended early.");
    return Number(value);
  };
  await readLine();
  return {
    run: () => {
      child.stdin.write("run\n");
      return readLine();
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}
