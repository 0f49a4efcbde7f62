import { join } from "node:path";
import { benchmarkCache, makeOnce, unlessMissing } from "../environment.ts";
import {
  type BenchmarkOptions,
  type BenchmarkResult,
  isWanted,
  type PreparedBenchmark,
  type Row,
} from "../measure.ts";
import { say } from "../say.ts";
import { startBusyNeighbour } from "./busy-neighbour.ts";
import { makeCaptions } from "./captions.ts";
import { compareEmbeddings, findWrongEmbeddings } from "./compare-embeddings.ts";
import { listPhotos, makePhotos } from "./photos.ts";
import { runTowerJob, type TowerRun, type Work } from "./run-tower-job.ts";
import { type System, setUpSystems } from "./systems.ts";
import { isTextCase, reference, towerRatios, towerRows } from "./tower-rows.ts";

/** How much is done. */
interface Size {
  readonly rounds: number;
  /** Of systems that are slow to start. */
  readonly slowRounds: number;
  readonly busyRounds: number;
  readonly images: number;
  readonly texts: number;
}

const full: Size = { rounds: 5, slowRounds: 5, busyRounds: 3, images: 128, texts: 512 };
const quick: Size = { rounds: 2, slowRounds: 1, busyRounds: 1, images: 48, texts: 128 };

const busyCase = "busy.image.fp32";
const noBusyRounds = { busyRounds: 0 };

/** Photos that are made: as many as a full run reads. */
const madePhotos = full.images;

/**
 * Images and texts to embeddings with a ViT-B/32 of random weights: ours in fp32 and int8, the
 * forward pass alone, and peers, one after another, each in a process of its own.
 */
export async function prepareEncoderBenchmark(
  options: BenchmarkOptions,
): Promise<PreparedBenchmark> {
  const size = options.isQuick ? quick : full;
  const images = await listPhotos(options.photos ?? (await photosInCache()), size.images);
  const { systems: all, files } = await setUpSystems();
  const { only } = options;
  const wantedOf = (system: System) =>
    towerRows(system, []).filter((row) => isWanted(row.case, only));
  const systems = all.filter((system) => system.name === reference || wantedOf(system).length > 0);
  const needsTexts = systems.flatMap(wantedOf).some(isTextCase);
  const work: Work = {
    ...files,
    images,
    texts: makeCaptions(needsTexts ? size.texts : 0),
    // The batch sizes of encoder-onnx, for all: the peers prescribe none.
    imageBatch: 16,
    textBatch: 64,
    warmUp: 16,
  };
  return {
    run: () => compare(systems, work, { ...size, ...(!isWanted(busyCase, only) && noBusyRounds) }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function photosInCache(): Promise<string> {
  const folder = join(benchmarkCache(), `photos-${madePhotos}-1`);
  await makeOnce(folder, async () => {
    await makePhotos(folder, madePhotos);
  });
  return folder;
}

async function compare(
  systems: readonly System[],
  work: Work,
  size: Size,
): Promise<BenchmarkResult> {
  const measured = await runInTurn(systems, work, size);
  const busy = await runBusy(systems, { ...work, texts: [] }, size.busyRounds);
  const rows = [...[...measured].flatMap(([system, runs]) => towerRows(system, runs)), ...busy];
  const differences = differenceRows(measured, work);
  return {
    rows: [...rows, ...differences],
    ratios: towerRatios(rows),
    failures: findWrongEmbeddings(differences),
  };
}

/** A B A B … */
async function runInTurn(
  systems: readonly System[],
  work: Work,
  { rounds, slowRounds }: Pick<Size, "rounds" | "slowRounds">,
): Promise<Map<System, TowerRun[]>> {
  const measured = new Map<System, TowerRun[]>(systems.map((system) => [system, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const [system, runs] of measured) {
      if (system.isSlow && round > slowRounds) continue;
      say(`Round ${round} of ${rounds}: ${system.name} ${system.dtype}`);
      const run = await runUnlessBroken(system, work);
      if (run) runs.push(run);
      else measured.delete(system);
    }
  }
  return measured;
}

/** A peer that fails is left out with a note; ours and the reference must not fail. */
async function runUnlessBroken(system: System, work: Work): Promise<TowerRun | undefined> {
  const run = () => runTowerJob(system, work);
  return system.isNeeded ? await run() : await unlessMissing(system.name, run);
}

/** Ours and the reference while every core is kept busy by another process. */
async function runBusy(systems: readonly System[], work: Work, rounds: number): Promise<Row[]> {
  if (rounds === 0) return [];
  await using _neighbour = startBusyNeighbour();
  say("Beside a busy neighbour:");
  const compared = systems.filter(
    ({ name, dtype }) => dtype === "fp32" && ["semblance", reference].includes(name),
  );
  const measured = await runInTurn(compared, work, { rounds, slowRounds: rounds });
  return [...measured].flatMap(([system, runs]) =>
    towerRows(system, runs)
      .map((row) => ({ ...row, case: `busy.${row.case}` }))
      .filter((row) => row.case === busyCase),
  );
}

/** How far those that ran the same weights lie from PyTorch. */
function differenceRows(measured: ReadonlyMap<System, readonly TowerRun[]>, work: Work): Row[] {
  const isReference = ([{ name }]: [System, unknown]) => name === reference;
  const [exact] = [...measured].find(isReference)?.[1] ?? [];
  if (!exact) throw new Error("transformers in PyTorch, the reference, did not run.");
  const dimension = exact.images.length / work.images.length;
  return [...measured].flatMap(([system, [embedded]]) =>
    embedded && system.hasSameWeights
      ? compareEmbeddings({ system, embedded, reference: exact, dimension })
      : [],
  );
}
