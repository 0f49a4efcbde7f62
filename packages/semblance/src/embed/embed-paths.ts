import { join } from "node:path";
import type { Modality, ShardRecord } from "./embed-facts.ts";

/** What is listed, embedded or paired. */
type Listed = ShardRecord["of"];

/** Folder and file name of the vectors of each side, as clip-retrieval has them. */
export const vectorNames: Readonly<Record<Modality, string>> = {
  image: "img_emb",
  text: "text_emb",
};

/** Where `semblance embed` puts things; files of work in progress are in a folder of their own. */
export interface EmbedPaths {
  readonly output: string;
  /** Removed when the output is finished. */
  readonly work: string;
  readonly plan: string;
  readonly manifest: string;
  readonly failures: string;
  listing(of: Listed): string;
  state(side: Modality): string;
  /** Failures of a side, or of the rows of a table. */
  failuresOf(of: Modality | "row"): string;
  /** Vectors of an unfinished shard, and the items of its rows. */
  partOf(side: Modality, shard: number): { readonly vectors: string; readonly rows: string };
}

/** Where `semblance embed -o output` puts things. */
export function embedPaths(output: string): EmbedPaths {
  const work = join(output, ".unfinished");
  return {
    output,
    work,
    plan: join(work, "plan.json"),
    manifest: join(output, "manifest.json"),
    failures: join(output, "failures.jsonl"),
    listing: (of) => join(work, `${of}.jsonl`),
    state: (side) => join(work, `${side}.state.json`),
    failuresOf: (of) => join(work, `${of}.failures.jsonl`),
    partOf: (side, shard) => ({
      vectors: join(work, `${side}_${shard}.npy`),
      rows: join(work, `${side}_${shard}.rows.jsonl`),
    }),
  };
}
