import { unlessMissing } from "../environment.ts";
import { type Row, toRow } from "../measure.ts";
import { say } from "../say.ts";
import { type Peer, timePeer } from "./run-peer.ts";
import { timeOurs } from "./run-updates.ts";
import type { Peers } from "./systems.ts";
import type { TrainingWork } from "./training-job.ts";
import { imagesPerSecond, secondsToFirstUpdate, type TrainingTimes } from "./training-times.ts";

/** How much is measured. */
export interface UpdateCase {
  readonly work: TrainingWork;
  readonly rounds: number;
}

/** Whatever trains, by name. */
export type Trainers = Readonly<Record<string, (work: TrainingWork) => Promise<TrainingTimes>>>;

/** Ours and those peers that are there. */
export function trainersOf(
  peers: Readonly<Partial<Record<keyof Peers, Peer | undefined>>>,
): Trainers {
  const theirs = Object.entries(peers).flatMap(([name, peer]) =>
    peer ? [[name, (work: TrainingWork) => timePeer(peer, work)] as const] : [],
  );
  return { semblance: timeOurs, ...Object.fromEntries(theirs) };
}

/** Has all train in turn, A B A B …; a peer that fails is left out with a note, ours must not. */
export async function trainInTurn(
  name: string,
  trainers: Trainers,
  { work, rounds }: UpdateCase,
): Promise<Map<string, TrainingTimes[]>> {
  const measured = new Map<string, TrainingTimes[]>(
    Object.keys(trainers).map((system) => [system, []]),
  );
  for (let round = 1; round <= rounds; round++) {
    for (const [system, runs] of measured) {
      say(`${name}, round ${round} of ${rounds}: ${system}`);
      const run = async () => await trainers[system]?.(work);
      const times = system === "semblance" ? await run() : await unlessMissing(system, run);
      if (times) runs.push(times);
      else measured.delete(system);
    }
  }
  return measured;
}

/**
 * The figures of case `small`: images a second with all that reading them takes, of ours also
 * without what it reads before the first update, and the time to that update.
 */
export function smallRows(
  measured: ReadonlyMap<string, readonly TrainingTimes[]>,
  { work: { batchSize, warmUp } }: UpdateCase,
): Row[] {
  return [...measured].flatMap(([system, runs]) => {
    const rate = (reading: "counted" | "left out") => (times: TrainingTimes) =>
      imagesPerSecond(times, { warmUp, batchSize, reading });
    const row = (of: string, unit: string, figure: (times: TrainingTimes) => number) =>
      toRow({ system, case: of, unit }, runs.map(figure));
    const steps = row("small.without-reading", "images/s", rate("left out"));
    return [
      row("small", "images/s", rate("counted")),
      ...(system === "semblance" ? [steps] : []),
      row("first-step", "s", secondsToFirstUpdate),
    ];
  });
}

/** The figures of case `b32`, where nothing is read in the time that is measured. */
export function stepRows(
  measured: ReadonlyMap<string, readonly TrainingTimes[]>,
  { work: { batchSize, warmUp } }: UpdateCase,
): Row[] {
  const rate = (times: TrainingTimes) =>
    imagesPerSecond(times, { warmUp, batchSize, reading: "left out" });
  return [...measured].map(([system, runs]) =>
    toRow({ system, case: "b32", unit: "images/s" }, runs.map(rate)),
  );
}
