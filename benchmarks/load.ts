import { cpus, loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { say } from "./say.ts";

const busyLoadPerCore = 0.5;
// The load of a minute falls to a twentieth in three; a quick run has not that long.
const patienceMs = { full: 180_000, quick: 30_000 };

/** The load of the last minute, and whether it is too high for figures to decide anything. */
export interface Load {
  readonly load: number;
  readonly noisy: boolean;
}

/** What the machine has been doing in the last minute. */
export function readLoad(): Load {
  const [load = 0] = loadavg();
  return { load, noisy: load / cpus().length > busyLoadPerCore };
}

/**
 * The load that a measurement starts with, after a set-up: when the machine was quiet before, what it
 * does now was the set-up, and is waited for.
 */
export async function settleLoad(before: Load, patience: "full" | "quick"): Promise<Load> {
  const end = performance.now() + patienceMs[patience];
  let now = readLoad();
  if (before.noisy || !now.noisy) return before.noisy ? before : now;
  say(
    `Waiting ${patienceMs[patience] / 1000} s at most for the machine to be quiet after the set-up.`,
  );
  while (now.noisy && performance.now() < end) {
    await sleep(2000);
    now = readLoad();
  }
  return now;
}
