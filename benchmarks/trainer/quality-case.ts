import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { unlessMissing } from "../environment.ts";
import { type Row, toRow } from "../measure.ts";
import { say } from "../say.ts";
import { differenceOf, type QueryLine, type Side, scoreOf } from "./retrieval-scores.ts";
import { evaluate, runFit } from "./run-fit.ts";
import { type Peer, runPeer } from "./run-peer.ts";
import type { Start } from "./starts.ts";

/** The same seconds for both. */
export interface QualityCase {
  readonly start: Start;
  readonly seconds: number;
  readonly batchSize: number;
  readonly seeds: readonly number[];
  /** For what is made on the way. */
  readonly folder: string;
}

/** One system's fits, one for each seed. */
interface Fits {
  readonly seconds: number[];
  readonly queries: QueryLine[][];
}

const sides: Readonly<Record<Side, string>> = {
  both: "hit@10",
  t2i: "t2i.hit@10",
  i2t: "i2t.hit@10",
};

/** Fits with ours and AutoGluon in turn, ranks the test items with the same code, and compares. */
export async function compareQuality(job: QualityCase, autogluon: Peer): Promise<Row[]> {
  const ours: Fits = { seconds: [], queries: [] };
  const theirs: Fits = { seconds: [], queries: [] };
  for (const seed of job.seeds) {
    say(`quality from ${job.start.name}, seed ${seed}: semblance, then autogluon`);
    add(ours, await fitOurs(job, seed));
    const fit = await unlessMissing("autogluon", () => fitTheirs(job, seed, autogluon));
    if (fit) add(theirs, fit);
  }
  const rows = [...rowsOf("semblance", job, ours), ...rowsOf("autogluon", job, theirs)];
  const isPaired = theirs.queries.length === ours.queries.length;
  return isPaired ? [...rows, ...differenceRows(job, ours, theirs)] : rows;
}

function add(fits: Fits, fit: { readonly seconds: number; readonly queries: QueryLine[] }): void {
  fits.seconds.push(fit.seconds);
  fits.queries.push(fit.queries);
}

async function fitOurs({ start, seconds, batchSize, folder }: QualityCase, seed: number) {
  const { train, validation, test } = start;
  const run = join(folder, `${start.name}-${seed}`);
  const outcome = await runFit({
    model: start.checkpoint,
    train,
    validation,
    hyperparameters: { batchSize },
    timeLimit: seconds,
    seed,
    run,
  });
  return { seconds: outcome.seconds, queries: await evaluate({ model: run }, test, run) };
}

async function fitTheirs(job: QualityCase, seed: number, autogluon: Peer) {
  const { start, seconds: timeLimit, batchSize } = job;
  const { checkpoint, train, validation, test } = start;
  const embeddings = join(job.folder, `${start.name}-autogluon-${seed}`);
  await mkdir(embeddings, { recursive: true });
  const work = { checkpoint, train, validation, batchSize, steps: 0, warmUp: 0, seed };
  const printed = await runPeer(autogluon, { ...work, timeLimit, test, embeddings });
  const { seconds } = z.object({ seconds: z.number() }).parse(printed);
  const source = {
    imageEmbeddings: join(embeddings, "image.npy"),
    textEmbeddings: join(embeddings, "text.npy"),
  };
  return { seconds, queries: await evaluate(source, test, embeddings) };
}

/** Median and range over the seeds. */
function rowsOf(system: string, { start }: QualityCase, { seconds, queries }: Fits): Row[] {
  if (queries.length === 0) return [];
  const row = (name: string, unit: string, runs: readonly number[]) =>
    toRow({ system, case: `quality.${start.name}.${name}`, unit }, runs);
  const scores = Object.entries(sides).map(([side, name]) =>
    row(name, "", scoreOf(queries, "hit@10", toSide(side)).runs),
  );
  return [...scores, row("seconds", "s", seconds)];
}

/** Ours minus theirs, means over the seeds; the range is the 95 % interval. */
function differenceRows({ start, seeds }: QualityCase, ours: Fits, theirs: Fits): Row[] {
  return Object.entries(sides).map(([side, name]) => {
    const { value, low, high } = differenceOf(ours.queries, theirs.queries, "hit@10", toSide(side));
    return {
      system: "semblance minus autogluon",
      case: `quality.${start.name}.${name}.difference`,
      value,
      unit: "(95 % interval)",
      min: low,
      max: high,
      n: seeds.length,
    };
  });
}

function toSide(side: string): Side {
  return side === "t2i" || side === "i2t" ? side : "both";
}
