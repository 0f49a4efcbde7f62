import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { z } from "zod";

/** How to start a system. */
export interface SystemCommand {
  readonly program: string;
  /** Script and input. */
  readonly parameters: readonly string[];
  readonly threads: number;
}

/** What a process says of a run. */
export interface Measurement {
  readonly seconds: number;
  /** Peak of the whole process so far, inputs and interpreter included, in MiB. */
  readonly memory: number;
  /** Hit rates at 1, 5 and 10, for all systems the same but for ties. */
  readonly figures: readonly number[];
}

/** A system in a process of its own, its imports and inputs loaded. */
export interface System extends AsyncDisposable {
  readonly run: () => Promise<Measurement>;
}

const measurement: z.ZodType<Measurement> = z.object({
  seconds: z.number(),
  memory: z.number(),
  figures: z.array(z.number()),
});

/** Starts a system and waits until it is ready. Its threads wait without spinning. */
export async function startSystem(command: SystemCommand): Promise<System> {
  const threads = String(command.threads);
  const child = spawn(command.program, command.parameters, {
    env: {
      ...process.env,
      OMP_WAIT_POLICY: "PASSIVE",
      OMP_NUM_THREADS: threads,
      MKL_NUM_THREADS: threads,
      NUMBA_NUM_THREADS: threads,
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const readLine = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command.parameters[0]} ended early.`);
    return value;
  };
  await readLine();
  return {
    run: async () => {
      child.stdin.write("run\n");
      return measurement.parse(JSON.parse(await readLine()));
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}
