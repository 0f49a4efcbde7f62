import { extname } from "node:path";
import { Piscina } from "piscina";
import { toError, type WorkerReply } from "./worker-reply.ts";

/** What {@link createWorkerPool} needs to know. */
export interface WorkerPoolOptions {
  /** The module that the threads run: its path in the package, without its ending. */
  readonly module: string;
  /** Its function that does a task, and gives a {@link WorkerReply}. */
  readonly name: string;
  readonly threads: number;
  /** Tasks that one thread has under way at once. @defaultValue 1 */
  readonly concurrency?: number;
  /** What a thread is given when it starts; structured-cloned. */
  readonly workerData: unknown;
}

/** Threads that do tasks; they start with the first one, and keep no process alive by themselves. */
export interface WorkerPool<Task, Result> {
  /**
   * @param transfer - What of the task goes to the thread with its memory, and is gone here.
   * @throws What the task threw, as an error of the same class.
   */
  run(task: Task, transfer?: readonly ArrayBufferView[]): Promise<Result>;
  /** Ends the threads when the tasks under way are done. */
  close(): Promise<void>;
}

// Sources run as they are, with the other packages' sources; what is published runs as built, with the
// process's own options: given by name, Node refuses those of V8, such as --max-old-space-size.
const ending = extname(import.meta.url);
const sourceOptions = ending === ".ts" ? { execArgv: ["--conditions=@semblance/source"] } : {};

/** Makes a pool of worker threads. */
export function createWorkerPool<Task, Result>(
  options: WorkerPoolOptions,
): WorkerPool<Task, Result> {
  const { module, name, threads, concurrency = 1, workerData } = options;
  const pool = new Piscina<Task, WorkerReply<Result>>({
    filename: new URL(`../${module}${ending}`, import.meta.url).href,
    name,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: Number.POSITIVE_INFINITY,
    concurrentTasksPerWorker: concurrency,
    // The other modes stop a thread between tasks, and with it the reads and decodes it waits for.
    atomics: "disabled",
    workerData,
    // What is large lies outside the heap: Node's usual 16 MB for young objects would only fill up.
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
    ...sourceOptions,
    recordTiming: false,
  });
  return {
    run: async (task, transfer = []) => {
      const reply = await pool.run(task, {
        transferList: transfer.map(({ buffer }) => buffer as ArrayBuffer),
      });
      if ("error" in reply) throw toError(reply.error);
      return reply.value;
    },
    close: () => pool.close(),
  };
}
