import { mkdir, rm } from "node:fs/promises";
import { type Encoder, type RunOptions, withoutUndefined } from "@semblance/core";
import { writeClipRetrieval } from "./clip-retrieval-layout.ts";
import type { EmbedFacts, EmbedManifest, EmbedPlan, Modality, SideState } from "./embed-facts.ts";
import type { EmbedPaths } from "./embed-paths.ts";
import { embedSide } from "./embed-side.ts";
import { finishOutput, makeManifest, type SideStates } from "./finish-output.ts";
import { writeJson } from "./json-file.ts";
import { type BlockSizes, listInput } from "./list-input.ts";
import { nothingEmbedded, nothingToEmbed } from "./nothing-done.ts";
import { lockOutput } from "./output-lock.ts";
import { clearOutput, clearWork, type RoomOptions, requireRoom } from "./output-room.ts";
import { requireSameWork } from "./require-same-work.ts";
import { type SealOptions, sealSemblanceShard } from "./semblance-layout.ts";
import { readSideState } from "./side-writer.ts";

/** Options of {@link embedToFolder}. */
export interface EmbedToFolderOptions extends RunOptions, RoomOptions {
  readonly encoder: Encoder;
  readonly facts: EmbedFacts;
  readonly paths: EmbedPaths;
}

/**
 * Embeds what the facts name into a folder, or goes on with it. All files are the same to the last
 * byte, whether the work was interrupted and resumed or not.
 *
 * @throws {@link SemblanceError} with code `OUTPUT_OCCUPIED`, `OUTPUT_BUSY`, `RESUME_MISMATCH` or
 * `WORK_DAMAGED`, {@link DatasetError} with code `NOTHING_TO_EMBED` or `NOTHING_EMBEDDED`, and what
 * reading the input throws; the signal's reason once aborted, and then work can be resumed.
 */
export async function embedToFolder(options: EmbedToFolderOptions): Promise<EmbedManifest> {
  const { facts, paths } = options;
  await using _ = await lockOutput(paths.output);
  const { plan, manifest } = await requireRoom(paths, options);
  const begun = plan?.facts ?? manifest;
  if (begun !== undefined) requireSameWork(begun, facts);
  if (plan === undefined && manifest !== undefined) {
    await clearWork(paths);
    return manifest;
  }
  const blockSizes = blockSizesFor(facts);
  const work = plan ?? (await begin(options, blockSizes));
  const finished = await embedPlanned(options, work, blockSizes).catch(async (error: unknown) => {
    // So that a command which cannot work, for its model say, leaves nothing to be overwritten.
    if (options.signal?.aborted !== true && !(await isBegun(paths))) await clearWork(paths);
    throw error;
  });
  const rows = finished.shards.reduce((sum, shard) => sum + shard.rows, 0);
  if (rows === 0) throw await nothingEmbedded(paths, finished.counts.failures);
  await finishOutput(paths, finished);
  await clearWork(paths);
  return finished;
}

async function begin(options: EmbedToFolderOptions, blockSizes: BlockSizes): Promise<EmbedPlan> {
  const { encoder, facts, paths } = options;
  // Says that what is there is being replaced, should this be interrupted.
  await mkdir(paths.work, { recursive: true });
  await clearOutput(paths);
  await rm(paths.failures, { force: true });
  await mkdir(paths.work, { recursive: true });
  try {
    const input = await listInput({ ...options, blockSizes });
    const plan = { schema: 1 as const, facts, dimension: encoder.dimension, ...input };
    const isEmpty = Object.values(input.listings).every(({ start, end }) => start === end);
    if (isEmpty) throw nothingToEmbed(facts);
    await writeJson(paths.plan, plan);
    return plan;
  } catch (error) {
    await clearWork(paths);
    throw error;
  }
}

/** Whether anything was embedded that would be lost. */
async function isBegun(paths: EmbedPaths): Promise<boolean> {
  const image = await readSideState({ paths, side: "image" });
  const text = await readSideState({ paths, side: "text" });
  return image.next > 0 || text.next > 0;
}

async function embedPlanned(
  options: EmbedToFolderOptions,
  plan: EmbedPlan,
  blockSizes: BlockSizes,
): Promise<EmbedManifest> {
  const states: Partial<Record<Modality, SideState>> = {};
  for (const side of ["image", "text"] as const) {
    const range = plan.listings[side];
    if (range === undefined) continue;
    states[side] = await embedSide({
      ...options,
      ...sideOptions(options, plan, side),
      range,
      blockSize: blockSizes[side],
      batchSize: plan.facts.options.batchSize ?? undefined,
    });
  }
  return makeManifest(plan, states, await pairUp(options, plan, states));
}

function sideOptions({ paths }: EmbedToFolderOptions, plan: EmbedPlan, side: Modality) {
  const { dimension, listings, facts } = plan;
  if (facts.options.layout === "clip-retrieval") {
    // Rows wait in one shard until they are paired.
    const rowsPerShard = Number.POSITIVE_INFINITY;
    const seal = async (_: number, rows: number) => ({ of: side, rows, files: {} });
    return { paths, side, dimension, rowsPerShard, seal };
  }
  const { rowsPerShard } = facts.options;
  const columns = listings[side]?.columns ?? {};
  const own: SealOptions = { paths, side, dimension, rowsPerShard, columns };
  const seal = (shard: number, rows: number) => sealSemblanceShard(own, shard, rows);
  return { ...own, seal };
}

async function pairUp(options: EmbedToFolderOptions, plan: EmbedPlan, states: SideStates) {
  const { layout, rowsPerShard } = plan.facts.options;
  const rows = Object.values(states).flatMap(({ sealed }) => sealed.map((shard) => shard.rows));
  if (layout === "semblance" || rows.includes(0)) return undefined;
  const { paths, signal, onProgress } = options;
  const { listings, dimension } = plan;
  return writeClipRetrieval(
    withoutUndefined({ paths, listings, dimension, rowsPerShard, signal, onProgress }),
  );
}

const usualBlockSizes: BlockSizes = { image: 512, text: 4096 };

// Whole batches, so that a block costs no batch that is not full.
function blockSizesFor({ options }: EmbedFacts): BlockSizes {
  const batchSize = options.batchSize ?? 1;
  const round = (size: number) => Math.ceil(size / batchSize) * batchSize;
  return { image: round(usualBlockSizes.image), text: round(usualBlockSizes.text) };
}
