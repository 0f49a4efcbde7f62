import { parseConfig } from "@semblance/core";
import { z } from "zod";

/** Where training runs; `"auto"` takes CUDA, then Apple's GPU, then the CPU. */
export type Device = "auto" | "cpu" | "cuda" | "mps";

/** Settings of `createTrainer`. */
export interface TrainerConfig {
  /** A Python interpreter of your own. @defaultValue what `findPython` finds */
  readonly python?: string;
  /** Where `setUpPython` made its environment, when not in its default place. */
  readonly dataFolder?: string;
  /** @defaultValue `"auto"` */
  readonly device?: Device;
  /** Milliseconds between two looks at the training process. @defaultValue 200 */
  readonly pollIntervalMs?: number;
  /** Milliseconds that Python's control process may take to answer. @defaultValue 60_000 */
  readonly callTimeoutMs?: number;
  /**
   * Milliseconds without any event after which a cancelled training is killed. It still has to
   * choose and to export, so be generous. @defaultValue 300_000
   */
  readonly cancelGraceMs?: number;
  /**
   * Whether trainings go on when this process ends, to be followed with `attachTraining`. Others
   * save a checkpoint and end within 20 s. @defaultValue `false`
   */
  readonly detached?: boolean;
}

/** {@link TrainerConfig} with defaults filled in. */
export interface TrainerSettings extends TrainerConfig {
  readonly device: Device;
  readonly pollIntervalMs: number;
  readonly callTimeoutMs: number;
  readonly cancelGraceMs: number;
  readonly detached: boolean;
}

const milliseconds = z.number().positive();

const trainerConfig: z.ZodType<TrainerSettings> = z.strictObject({
  python: z.string().min(1).exactOptional().describe("A Python interpreter of your own."),
  dataFolder: z.string().min(1).exactOptional().describe("Where setUpPython made its environment."),
  device: z.enum(["auto", "cpu", "cuda", "mps"]).default("auto").describe("Where training runs."),
  pollIntervalMs: milliseconds
    .default(200)
    .describe("Time between two looks at the training process."),
  callTimeoutMs: milliseconds
    .default(60_000)
    .describe("Time that Python's control process may take to answer."),
  cancelGraceMs: milliseconds
    .default(300_000)
    .describe("Silence after which a cancelled training is killed."),
  detached: z.boolean().default(false).describe("Whether trainings outlive this process."),
});

/** @throws {@link ConfigError} `CONFIG_INVALID` */
export function parseTrainerConfig(config: TrainerConfig): TrainerSettings {
  return parseConfig(trainerConfig, config, "trainer config");
}
