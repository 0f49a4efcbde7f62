import type { RunOptions } from "../run-options.ts";
import type { FitCommon, Trainer, TrainingRun } from "../trainer.ts";

/** A {@link Trainer}, of files or of embeddings, as the suite sees it. */
export interface TrainerUnderTest<Spec extends FitCommon> {
  readonly needs: Trainer["needs"];
  fit(spec: Spec, options?: RunOptions): TrainingRun;
}

/** Hyperparameters as a {@link FitCommon} holds them. */
type Hyperparameters = NonNullable<FitCommon["hyperparameters"]>;

/** What the trainer under test is to do. */
export interface TrainerFixture<Spec extends FitCommon> {
  /**
   * A fit with a model to start from, in a run folder that no other fit used unless `changes` name
   * one. What `changes` hold goes into it.
   */
  readonly specWith: (changes: Partial<FitCommon>) => Spec | Promise<Spec>;
  /** Lets a fit make some steps and end by itself, within seconds. */
  readonly short: Hyperparameters;
  /** Lets a fit go on for longer than `patience`. */
  readonly endless: Hyperparameters;
  /** Lets a fit end by itself, and ruins every model. */
  readonly ruinous: Hyperparameters;
  /** Seconds that suffice a fit for some steps. */
  readonly timeLimit: number;
  /** Opens a fit's model; rejects when it is none. */
  readonly openModel: (folder: string) => Promise<unknown>;
  /** A fit of which `count` images cannot be read; for a trainer that reads files. */
  readonly badImages?: { readonly spec: () => Spec | Promise<Spec>; readonly count: number };
  /**
   * Whether a second `cancel` leaves a fit at once, with `ABORTED`, and `resume` goes on with it.
   * @defaultValue `true`
   */
  readonly resumes?: boolean;
  /** Seconds after which a fit that should have ended is given up. @defaultValue 120 */
  readonly patience?: number;
}

/** The fixture with its trainer, and the defaults filled in. */
export interface TrainerSuite<Spec extends FitCommon> extends TrainerFixture<Spec> {
  readonly trainer: TrainerUnderTest<Spec>;
  readonly patience: number;
}
