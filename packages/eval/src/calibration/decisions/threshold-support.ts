import { CalibrationError, type RunOptions } from "@semblance/core";
import { narrowToClusters } from "../../pairs/measure-decisions.ts";
import { type ConfidenceSettings, resampleMeans } from "../../pairs/pair-intervals.ts";
import type { PairTable } from "../../pairs/pair-table.ts";
import { withInterval } from "../../pairs/summarize-samples.ts";
import { clustersWithMatch } from "../assign-folds.ts";
import type { DecisionCurve } from "./decision-curve.ts";

/** A share that a threshold should reach. */
export interface ShareTarget {
  readonly name: "precision" | "recall";
  readonly value: number;
}

/** What {@link checkSupport} asks about. */
export interface SupportOptions extends RunOptions {
  /** None when F1 is to be as high as it gets. */
  readonly target: ShareTarget | undefined;
  readonly curve: DecisionCurve;
  /** Where on the curve the target is just reached. */
  readonly place: number;
  readonly confidence: ConfidenceSettings;
}

// Fewer say nothing about how the next ones vary.
const fewestGroups = 10;
const gridSize = 20;

/**
 * Refuses a target that the pairs cannot show: where at none of 20 thresholds on its far side, which
 * reach it and more, the lower end of the 95 % interval does.
 *
 * @throws {@link CalibrationError} with code `TARGET_NOT_SUPPORTED`.
 */
export async function checkSupport(table: PairTable, options: SupportOptions): Promise<void> {
  const { target, curve, place } = options;
  const groups = clustersWithMatch(table).size;
  if (groups < fewestGroups) {
    throw targetNotSupported(
      `Matches lie in ${groups} independent groups; a threshold needs at least ${fewestGroups}.`,
    );
  }
  if (!target) return;
  const places =
    target.name === "precision" ? placesAbove(curve, place) : placesBelow(curve, place);
  const thresholds = places.map((at) => curve.thresholds[at] ?? 0);
  const lower = await highestLowerEnd(table, { ...options, name: target.name, thresholds });
  if (lower >= target.value) return;
  throw targetNotSupported(
    `A ${target.name} of ${target.value} is seen from ${(curve.thresholds[place] ?? 0).toFixed(4)} on, but by ` +
      `too few matches to be sure of it: at no threshold does the lower end of its 95 % interval exceed ${lower.toFixed(3)}.`,
  );
}

/** The error for a target that the pairs given do not support. */
export function targetNotSupported(message: string): CalibrationError {
  return new CalibrationError({
    code: "TARGET_NOT_SUPPORTED",
    message,
    fix: "Ask for less, or calibrate on more images with their captions.",
  });
}

async function highestLowerEnd(
  table: PairTable,
  options: RunOptions & {
    readonly name: ShareTarget["name"];
    readonly thresholds: readonly number[];
    readonly confidence: ConfidenceSettings;
  },
): Promise<number> {
  const { name, thresholds } = options;
  const { scores, labels } = table;
  const isCounted = (pair: number, threshold: number) =>
    name === "recall" ? labels[pair] === 1 : (scores[pair] ?? 0) >= threshold;
  const shares = await resampleMeans(table, {
    ...options,
    columns: 2 * thresholds.length,
    measure: (pair, row) => {
      for (const [i, threshold] of thresholds.entries()) {
        const isRight = labels[pair] === 1 && (scores[pair] ?? 0) >= threshold;
        row[2 * i] = Number(isRight);
        row[2 * i + 1] = Number(isCounted(pair, threshold));
      }
    },
    statistics: (means) =>
      Object.fromEntries(
        thresholds.map((_, i) => [String(i), (means[2 * i] ?? 0) / (means[2 * i + 1] ?? 0)]),
      ),
  });
  const ends = thresholds.map((threshold, i) => {
    const share = shares[String(i)];
    if (!share) return 0;
    const among = narrowToClusters(share, table, (pair) => isCounted(pair, threshold));
    return withInterval(among, [0, 1]).ci95?.[0] ?? 0;
  });
  return Math.max(...ends);
}

function placesAbove({ right }: DecisionCurve, place: number): number[] {
  const total = right[place] ?? 0;
  return uniquePlaces((step) => right.findIndex((sum) => sum >= (total * step) / gridSize));
}

function placesBelow({ right, matches }: DecisionCurve, place: number): number[] {
  const start = right[place] ?? 0;
  const goal = (step: number) => start + ((matches - start) * step) / gridSize;
  return uniquePlaces((step) => right.findIndex((sum) => sum >= goal(step) - 1e-12));
}

function uniquePlaces(placeOf: (step: number) => number): number[] {
  const places = Array.from({ length: gridSize }, (_, i) => placeOf(i + 1));
  return Array.from(new Set(places.filter((place) => place >= 0)));
}
