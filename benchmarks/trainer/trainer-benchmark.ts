import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCheckpoint } from "../encoder/make-model.ts";
import { trainerPython } from "../environment.ts";
import {
  type BenchmarkOptions,
  type BenchmarkResult,
  isWanted,
  type PreparedBenchmark,
  type Row,
} from "../measure.ts";
import { compareQuality } from "./quality-case.ts";
import {
  pairsOfImages,
  type ReferenceData,
  readReferenceData,
  writePairs,
} from "./reference-data.ts";
import { makeStarts, type Start } from "./starts.ts";
import { type Peers, setUpPeers } from "./systems.ts";
import { trainerRatios } from "./trainer-ratios.ts";
import { smallRows, stepRows, trainersOf, trainInTurn, type UpdateCase } from "./update-cases.ts";

/** How much is done. */
interface Size {
  readonly small: { readonly rounds: number; readonly steps: number };
  readonly b32: { readonly rounds: number; readonly steps: number };
  readonly quality: { readonly seconds: number; readonly seeds: readonly number[] };
  /** Seconds of pre-training for `quality`. */
  readonly pretraining: number;
}

const full: Size = {
  small: { rounds: 3, steps: 120 },
  b32: { rounds: 3, steps: 8 },
  quality: { seconds: 30, seeds: [0, 1, 2] },
  pretraining: 90,
};
const quick: Size = {
  small: { rounds: 2, steps: 64 },
  b32: { rounds: 1, steps: 6 },
  quality: { seconds: 0, seeds: [] },
  pretraining: 0,
};

/**
 * Fine-tuning on photos of 500×375: ours as the command does it, and peers, one after another, each
 * in a process of its own.
 */
export async function prepareTrainerBenchmark(
  options: BenchmarkOptions,
): Promise<PreparedBenchmark> {
  await using stack = new AsyncDisposableStack();
  const size = options.isQuick ? quick : full;
  const data = await readReferenceData();
  const folder = await mkdtemp(join(tmpdir(), "semblance-bench-"));
  stack.defer(() => rm(folder, { recursive: true }));
  const peers = await setUpPeers();
  const small = await smallCase(data, folder, size);
  const b32 = await b32Case(data, folder, size);
  const isAsked = size.quality.seeds.length > 0 && isWanted("quality", options.only);
  const hasQuality = isAsked && peers.autogluon !== undefined;
  const starts = hasQuality ? await makeStarts(data, folder, size.pretraining) : [];
  const resources = stack.move();
  return {
    run: () => compare({ peers, small, b32, starts, folder, size }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

// A multiple of the batch size, so that no step of ours is smaller than the peers' are.
const batchSize = 64;
const smallImages = 9 * batchSize;
const b32Batch = 16;

async function smallCase(data: ReferenceData, folder: string, size: Size): Promise<UpdateCase> {
  const train = pairsOfImages(data.train, 0, smallImages);
  const work = {
    checkpoint: data.tinyClip,
    train: await writePairs(join(folder, "small-train.csv"), train),
    validation: await writePairs(join(folder, "small-validation.csv"), data.validation),
    batchSize,
    steps: size.small.steps,
    warmUp: 8,
    seed: 0,
  };
  return { work, rounds: size.small.rounds };
}

async function b32Case(data: ReferenceData, folder: string, size: Size): Promise<UpdateCase> {
  const train = pairsOfImages(data.train, 0, 8 * b32Batch);
  const validation = pairsOfImages(data.validation, 0, 4);
  const work = {
    checkpoint: await makeCheckpoint("clip", await trainerPython()),
    train: await writePairs(join(folder, "b32-train.csv"), train),
    validation: await writePairs(join(folder, "b32-validation.csv"), validation),
    batchSize: b32Batch,
    steps: size.b32.steps,
    warmUp: 2,
    seed: 0,
  };
  return { work, rounds: size.b32.rounds };
}

interface Prepared {
  readonly peers: Peers;
  readonly small: UpdateCase;
  readonly b32: UpdateCase;
  readonly starts: readonly Start[];
  readonly folder: string;
  readonly size: Size;
}

async function compare(prepared: Prepared): Promise<BenchmarkResult> {
  const { peers, small, b32 } = prepared;
  const { "bare-loop": bareLoop, ...others } = peers;
  const rows = smallRows(await trainInTurn("small", trainersOf(others), small), small);
  const inB32 = await trainInTurn("b32", trainersOf({ "bare-loop": bareLoop }), b32);
  rows.push(...stepRows(inB32, b32), ...(await compareAllQuality(prepared)));
  return { rows, ratios: trainerRatios(rows), failures: [] };
}

async function compareAllQuality(prepared: Prepared): Promise<Row[]> {
  const { peers, starts, folder, size } = prepared;
  const rows: Row[] = [];
  for (const start of starts) {
    if (!peers.autogluon) continue;
    const job = { start, ...size.quality, batchSize, folder };
    rows.push(...(await compareQuality(job, peers.autogluon)));
  }
  return rows;
}
