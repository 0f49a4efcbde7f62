import type { Embeddings } from "@semblance/core";
import { type AppendLog, openAppendLog } from "./append-log.ts";
import type { Modality, SideState } from "./embed-facts.ts";
import type { EmbedPaths } from "./embed-paths.ts";
import { npyHeaderBytes } from "./seal-shard.ts";

/** Where rows go on: shard, its rows, and the bytes of their list. */
type RowPosition = Pick<SideState, "shard" | "rows" | "rowBytes">;

/** Options of {@link openPartWriter}. */
export interface PartWriterOptions {
  readonly paths: EmbedPaths;
  readonly side: Modality;
  readonly dimension: number;
  /** Rows in every shard but the last. */
  readonly rowsPerShard: number;
  readonly at: RowPosition;
}

/** Writes rows to the files of unfinished shards, from one to the next. */
export interface PartWriter extends AsyncDisposable {
  readonly position: RowPosition;
  /** `lines` name the items of the rows, in JSON. */
  write(embeddings: Embeddings, lines: readonly string[]): Promise<void>;
  sync(): Promise<void>;
}

/** Opens the files of the shard in work; what they have behind the position is dropped. */
export async function openPartWriter(options: PartWriterOptions): Promise<PartWriter> {
  const { dimension, rowsPerShard } = options;
  let { shard, rows } = options.at;
  let part = await openPart(options, options.at);
  const close = async () => {
    await part.sync();
    await part[Symbol.asyncDispose]();
  };
  return {
    get position() {
      return { shard, rows, rowBytes: part.rows.size };
    },
    async write({ data, count }, lines) {
      for (let from = 0; from < count; ) {
        // Only a row to come begins a shard, so that no shard but the first can be empty.
        if (rows === rowsPerShard) {
          await close();
          shard++;
          rows = 0;
          part = await openPart(options, { shard, rows, rowBytes: 0 });
        }
        const to = Math.min(count, from + rowsPerShard - rows);
        await part.vectors.append(toBytes(data.subarray(from * dimension, to * dimension)));
        await part.rows.append(lines.slice(from, to).map(endLine).join(""));
        rows += to - from;
        from = to;
      }
    },
    sync: () => part.sync(),
    [Symbol.asyncDispose]: close,
  };
}

interface Part extends AsyncDisposable {
  readonly vectors: AppendLog;
  readonly rows: AppendLog;
  sync(): Promise<void>;
}

async function openPart(options: PartWriterOptions, at: RowPosition): Promise<Part> {
  const { paths, side, dimension } = options;
  const files = paths.partOf(side, at.shard);
  const vectorBytes = at.rows * dimension * Float32Array.BYTES_PER_ELEMENT;
  const vectors = await openAppendLog(files.vectors, at.rows && npyHeaderBytes + vectorBytes);
  if (at.rows === 0) await vectors.append(new Uint8Array(npyHeaderBytes));
  const rows = await openAppendLog(files.rows, at.rowBytes);
  return {
    vectors,
    rows,
    async sync() {
      await vectors.sync();
      await rows.sync();
    },
    async [Symbol.asyncDispose]() {
      await vectors[Symbol.asyncDispose]();
      await rows[Symbol.asyncDispose]();
    },
  };
}

/** A line with its end. */
export function endLine(line: string): string {
  return `${line}\n`;
}

function toBytes(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
