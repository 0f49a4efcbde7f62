import { readFile } from "node:fs/promises";
import { z } from "zod";

/** What a system in a process of its own is to do. */
export interface TowerJob {
  /** The model folder with `onnx/`. */
  readonly model: string;
  /** The PyTorch checkpoint that it was exported from. */
  readonly checkpoint: string;
  readonly dtype: "fp32" | "int8";
  /** Where `@huggingface/transformers` is installed, for transformers.js alone. */
  readonly nodePeers: string;
  /** Weights of the same architecture as open_clip saves them, for open_clip alone. */
  readonly openClipWeights: string;
  /** Paths. */
  readonly images: readonly string[];
  /** None: the text tower is left alone. */
  readonly texts: readonly string[];
  readonly imageBatch: number;
  readonly textBatch: number;
  readonly threads: number;
  /** Items before the clock starts. */
  readonly warmUp: number;
  /** Folder for the embeddings, `image.f32` and `text.f32`: `[items, dimension]`, row-major. */
  readonly output: string;
}

/** What one process measured. */
export interface TowerResult {
  /** When the first image's embedding was there: milliseconds since 1970. */
  readonly firstImageAt: number;
  /** Images a second, from paths to embeddings. */
  readonly image: number;
  /** Texts a second; absent when there were none. */
  readonly text?: number | undefined;
  /** Peak memory with the image tower alone, in MiB. */
  readonly imageMemory: number;
  /** Peak memory with both towers, in MiB. */
  readonly bothMemory?: number | undefined;
}

const towerJob: z.ZodType<TowerJob> = z.object({
  model: z.string(),
  checkpoint: z.string(),
  dtype: z.enum(["fp32", "int8"]),
  nodePeers: z.string(),
  openClipWeights: z.string(),
  images: z.array(z.string()),
  texts: z.array(z.string()),
  imageBatch: z.int(),
  textBatch: z.int(),
  threads: z.int(),
  warmUp: z.int(),
  output: z.string(),
});

/** What a process prints in its last line. */
export const towerResult: z.ZodType<TowerResult> = z.object({
  firstImageAt: z.number(),
  image: z.number().positive(),
  text: z.number().positive().optional(),
  imageMemory: z.number(),
  bothMemory: z.number().optional(),
});

/** Reads the job that the command line names. */
export async function readTowerJob(): Promise<TowerJob> {
  return towerJob.parse(JSON.parse(await readFile(process.argv[2] ?? "", "utf8")));
}
