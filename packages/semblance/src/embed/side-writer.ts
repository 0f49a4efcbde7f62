import type { Embeddings, ItemFailure } from "@semblance/core";
import { openAppendLog } from "./append-log.ts";
import type { ShardRecord, SideState } from "./embed-facts.ts";
import { sideStateSchema } from "./embed-schemas.ts";
import { readJson, writeJson } from "./json-file.ts";
import { endLine, openPartWriter, type PartWriterOptions } from "./part-writer.ts";

/** Options of {@link openSideWriter}. */
export interface SideWriterOptions extends Omit<PartWriterOptions, "at"> {
  /** Puts the files of a full shard in their place; called again for one that was interrupted. */
  readonly seal: (shard: number, rows: number) => Promise<ShardRecord>;
}

/** Writes the rows of one side, so that the work can go on from its last checkpoint at any time. */
export interface SideWriter extends AsyncDisposable {
  /** How far the work was at the last checkpoint. */
  readonly state: SideState;
  /** `lines` name the items of the rows, in JSON. */
  write(embeddings: Embeddings, lines: readonly string[]): Promise<void>;
  listFailures(failures: readonly ItemFailure[]): Promise<void>;
  /** Keeps all that was written, together with the place to go on at. */
  checkpoint(progress: Pick<SideState, "next" | "offset" | "truncated">): Promise<void>;
}

const start: SideState = {
  next: 0,
  offset: 0,
  shard: 0,
  rows: 0,
  rowBytes: 0,
  failures: 0,
  failureBytes: 0,
  truncated: 0,
  isComplete: false,
  sealed: [],
};

/** How far a side is; at its start where it was not begun. */
export async function readSideState({
  paths,
  side,
}: Pick<SideWriterOptions, "paths" | "side">): Promise<SideState> {
  return (await readJson(paths.state(side), sideStateSchema)) ?? start;
}

/** Opens a side at its last checkpoint; what was written after it is dropped. */
export async function openSideWriter(options: SideWriterOptions): Promise<SideWriter> {
  const { paths, side } = options;
  let state = await sealFull(options, await readSideState(options));
  const parts = await openPartWriter({ ...options, at: state });
  const failures = await openAppendLog(paths.failuresOf(side), state.failureBytes);
  let failed = state.failures;
  return {
    get state() {
      return state;
    },
    write: (embeddings, lines) => parts.write(embeddings, lines),
    async listFailures(list) {
      if (list.length === 0) return;
      failed += list.length;
      await failures.append(list.map((failure) => endLine(JSON.stringify(failure))).join(""));
    },
    async checkpoint(progress) {
      await parts.sync();
      await failures.sync();
      const counts = { failures: failed, failureBytes: failures.size };
      state = { ...state, ...progress, ...counts, ...parts.position };
      await writeJson(paths.state(side), state);
      state = await sealFull(options, state);
    },
    async [Symbol.asyncDispose]() {
      await parts[Symbol.asyncDispose]();
      await failures[Symbol.asyncDispose]();
    },
  };
}

/** Seals the last shard of a side whose items are all done, also one without a row if it is the only one. */
export async function completeSide(options: SideWriterOptions): Promise<SideState> {
  const state = { ...(await readSideState(options)), isComplete: true };
  await writeJson(options.paths.state(options.side), state);
  return sealFull(options, state);
}

// What the journal says comes first, so that a seal that was interrupted is known and done again.
async function sealFull(options: SideWriterOptions, begun: SideState): Promise<SideState> {
  let state = begun;
  const full = state.isComplete ? state.shard + 1 : state.shard;
  for (let shard = state.sealed.length; shard < full; shard++) {
    const rows = shard === state.shard ? state.rows : options.rowsPerShard;
    state = { ...state, sealed: [...state.sealed, await options.seal(shard, rows)] };
    await writeJson(options.paths.state(options.side), state);
  }
  return state;
}
