import { type Row, toRow } from "../measure.ts";
import type { TowerRun } from "./run-tower-job.ts";
import type { System } from "./systems.ts";

/** The system that the others are held against. */
export const reference = "transformers-torch";

/** Whether a figure is there only if there are texts to encode. */
export function isTextCase({ case: name }: Row): boolean {
  return /^(text|memory\.both)\./.test(name);
}

/** The figures of a system's runs. The forward pass alone has a rate: it reads no files and no texts. */
export function towerRows({ name, dtype }: System, runs: readonly TowerRun[]): Row[] {
  const row = (caseName: string, unit: string, figure: (run: TowerRun) => number | undefined) =>
    toRow(
      { system: name, case: caseName, unit },
      runs.map(figure).filter((found) => found !== undefined),
    );
  const images = row(`image.${dtype}`, "images/s", ({ image }) => image);
  if (name === "forward") return [images];
  return [
    images,
    row(`text.${dtype}`, "texts/s", ({ text }) => text),
    row(`memory.vision.${dtype}`, "MiB", ({ imageMemory }) => imageMemory),
    row(`memory.both.${dtype}`, "MiB", ({ bothMemory }) => bothMemory),
    row(dtype === "fp32" ? "cold-start" : `cold-start.${dtype}`, "s", ({ coldStart }) => coldStart),
  ];
}

/** Ours against each peer in the same case; in int8 also against the reference, which has fp32 alone. */
export function towerRatios(rows: readonly Row[]): Record<string, number> {
  const ratios: Record<string, number> = {};
  for (const own of rows.filter(({ system }) => system === "semblance")) {
    for (const peer of rows.filter((other) => isComparable(own, other))) {
      const moreIsBetter = own.unit.endsWith("/s");
      ratios[`${own.case}.vs.${peer.system}`] = moreIsBetter
        ? own.value / peer.value
        : peer.value / own.value;
    }
  }
  return ratios;
}

function isComparable(own: Row, other: Row): boolean {
  if (other.system === own.system) return false;
  if (other.system !== reference) return other.case === own.case;
  return [own.case, own.case.replace("int8", "fp32"), own.case.replace(".int8", "")].includes(
    other.case,
  );
}
