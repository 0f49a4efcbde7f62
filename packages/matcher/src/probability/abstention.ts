import { CalibrationError, type EncodedPairs, type RunOptions } from "@semblance/core";
import {
  type Abstention,
  type Calibration,
  chooseAbstention,
  type Direction,
  topScores,
} from "@semblance/eval";

/** What {@link learnAbstention} learns from. */
export interface AbstentionOptions extends RunOptions {
  readonly pairs: EncodedPairs;
  readonly calibration: Calibration;
  /** @defaultValue 0.05 where the data can show so low a rate */
  readonly falseAlarmRate: number | undefined;
  readonly seed: number;
}

const defaultRate = 0.05;

/**
 * From which best score on a search has found something: measured on searches whose targets were taken
 * out of the gallery. `null` where no rate was asked for and the data cannot show the usual one.
 *
 * @throws {@link CalibrationError} with code `TARGET_NOT_SUPPORTED` when they cannot show the one asked
 * for.
 */
export async function learnAbstention(
  options: AbstentionOptions,
): Promise<Readonly<Record<Direction, Abstention>> | null> {
  const { falseAlarmRate } = options;
  const learn = async (direction: Direction) => {
    const { pairs, calibration, seed, signal } = options;
    const scores = await topScores(pairs, { direction, ...(signal && { signal }) });
    const rate = falseAlarmRate ?? defaultRate;
    return chooseAbstention({ ...scores, falseAlarmRate: rate, calibration, confidence: { seed } });
  };
  try {
    return { t2i: await learn("t2i"), i2t: await learn("i2t") };
  } catch (error) {
    const isUnasked = falseAlarmRate === undefined && CalibrationError.isInstance(error);
    if (isUnasked && error.code === "TARGET_NOT_SUPPORTED") return null;
    throw error;
  }
}
