// Runs in a worker thread of its own: one graph, whose options come with the thread.
import { workerData } from "node:worker_threads";
import { freeMemory } from "../threads/free-memory.ts";
import { replyWith } from "../threads/worker-reply.ts";
import { type GraphInputs, type GraphSession, openGraphSession } from "./graph-session.ts";

let opening: Promise<GraphSession> | undefined;

/** Opens the graph with the first task, and runs one batch: `[batch, dimension]`; `null` only opens it. */
export function runBatch(inputs: GraphInputs | null): Promise<unknown> {
  return replyWith(async () => {
    opening ??= openGraphSession(workerData);
    const session = await opening;
    const value = inputs === null ? new Float32Array() : await session.run(inputs);
    freeMemory(...Object.values(inputs ?? {}).map(({ data }) => data));
    return { value, transfer: [value] };
  });
}
