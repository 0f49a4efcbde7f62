import { type Encoder, type OpenedModel, parseConfig } from "@semblance/core";
import type { Abstention, Calibration, Direction, EvaluatedData } from "@semblance/eval";
import { z } from "zod";

/** A calibration with the model that it belongs to: `calibration` in `semblance.json`. */
export interface ModelCalibration {
  readonly schema: 1;
  readonly model: CalibratedModel;
  /** The validation data. */
  readonly data: EvaluatedData;
  readonly calibration: Calibration;
  /** From which best score on a search has found something, by what asks and what answers. */
  readonly abstention: Readonly<Record<Direction, Abstention>> | null;
}

/** What a calibration is bound to: another score for the same pair would need another curve. */
export interface CalibratedModel {
  /** Ids of the towers: hashes of weights, preprocessing or tokenizer, head and precision. */
  readonly image: string;
  readonly text: string;
  readonly dtype: string | null;
  readonly sha256: string | null;
}

/** Something that a result has to be read with. */
export interface ResultWarning {
  /** Stable, upper-case: `CALIBRATION_STALE`. */
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}

const measured = z.looseObject({ value: z.number(), n: z.number() });
const abstention = z.looseObject({
  threshold: z.number(),
  falseAlarmRate: z.number(),
  falseAlarms: measured,
  answered: measured,
});
const quality = z.looseObject({
  name: z.string(),
  brier: measured,
  logLoss: measured,
  ece: measured,
  binning: z.looseObject({ kind: z.string(), count: z.number() }),
  bins: z.array(z.looseObject({ meanProbability: z.number(), observed: z.number() })),
});
const curve = z.union([
  z.looseObject({
    method: z.enum(["model", "temperature", "platt"]),
    parameters: z.object({ slope: z.number(), intercept: z.number() }),
  }),
  z.looseObject({
    method: z.literal("beta"),
    parameters: z.object({ a: z.number(), b: z.number(), c: z.number() }),
  }),
  z.looseObject({
    method: z.literal("isotonic"),
    parameters: z.object({ scores: z.array(z.number()), probabilities: z.array(z.number()) }),
  }),
]);
const facts = z.looseObject({
  schema: z.literal(1),
  before: z.looseObject({ kind: z.enum(["cosine", "sigmoid"]) }),
  prior: z.number().gt(0).lt(1),
  fittedPrior: z.number().gt(0).lt(1),
  sampling: z.looseObject({ rule: z.string(), positives: z.number(), negatives: z.number() }),
  reliability: z.looseObject({ before: quality, after: quality }),
  thresholds: z
    .array(
      z.looseObject({
        target: z.record(z.string(), z.unknown()),
        threshold: z.number(),
        precision: measured,
        recall: measured,
        f1: measured,
      }),
    )
    .exactOptional(),
});
const schema = z.looseObject({
  schema: z.literal(1),
  model: z.looseObject({
    image: z.string(),
    text: z.string(),
    dtype: z.string().nullable(),
    sha256: z.string().nullable(),
  }),
  calibration: curve.and(facts),
  abstention: z.looseObject({ t2i: abstention, i2t: abstention }).nullable(),
});

/**
 * What stands in `semblance.json` as a calibration. What makes probabilities and what reports
 * show is checked; the rest is taken as it is.
 *
 * @throws {@link ConfigError} for what cannot be one.
 */
export function parseCalibration(value: unknown, path: string): ModelCalibration {
  return parseConfig(schema, value, path) as unknown as ModelCalibration;
}

/** What a calibration of this model is bound to. */
export async function describeModel(model: OpenedModel): Promise<CalibratedModel> {
  return {
    ...towerIds(model.encoder),
    dtype: model.dtype ?? null,
    sha256: (await model.hashWeights?.()) ?? null,
  };
}

/** Why a calibration does not hold for the model in use; `undefined` when it does. */
export function staleness(
  { model }: ModelCalibration,
  { encoder, dtype }: Pick<OpenedModel, "encoder" | "dtype">,
): ResultWarning | undefined {
  const ids = towerIds(encoder);
  if (ids.image === model.image && ids.text === model.text) return undefined;
  const towers = (["image", "text"] as const).filter((tower) => ids[tower] !== model[tower]);
  const reason =
    model.dtype === (dtype ?? null)
      ? `the weights or the preprocessing of the ${towers.join(" and the ")} tower changed since`
      : `it was made with ${model.dtype ?? "another precision"}, and the model runs with ${dtype ?? "another"}`;
  return {
    code: "CALIBRATION_STALE",
    message: `The calibration of ${encoder.name} is not used: ${reason}.`,
    fix: "Calibrate it again: semblance calibrate, or matcher.calibrate.",
  };
}

function towerIds({ image, text }: Encoder): { readonly image: string; readonly text: string } {
  return { image: image?.id ?? "", text: text?.id ?? "" };
}
