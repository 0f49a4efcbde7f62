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
  /**
   * Processes that share each batch, on every machine. @defaultValue `"auto"`: one for each CUDA
   * device, elsewhere one
   */
  readonly processes?: number | "auto";
  /** Machines that train together; the others join by a command. @defaultValue 1 */
  readonly nodes?: number;
  /** `HOST:PORT` of this machine, at which the others reach it. Needed with several. */
  readonly rendezvous?: string;
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
  readonly processes: number | "auto";
  readonly nodes: number;
  readonly pollIntervalMs: number;
  readonly callTimeoutMs: number;
  readonly cancelGraceMs: number;
  readonly detached: boolean;
}

const milliseconds = z.number().positive();

const fields = z.strictObject({
  python: z.string().min(1).exactOptional().describe("A Python interpreter of your own."),
  dataFolder: z.string().min(1).exactOptional().describe("Where setUpPython made its environment."),
  device: z.enum(["auto", "cpu", "cuda", "mps"]).default("auto").describe("Where training runs."),
  processes: z
    .union([z.int().positive(), z.literal("auto")], {
      error: 'expected a whole number above 0 or "auto"',
    })
    .default("auto")
    .describe("Processes that share each batch, on every machine."),
  nodes: z.int().positive().default(1).describe("Machines that train together."),
  rendezvous: z
    .string()
    .regex(/^.+:\d+$/, { error: "expected HOST:PORT" })
    .exactOptional()
    .describe("Where the other machines reach this one."),
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

const trainerConfig: z.ZodType<TrainerSettings> = fields.refine(
  ({ nodes, rendezvous }) => nodes === 1 || rendezvous !== undefined,
  { path: ["rendezvous"], error: "expected HOST:PORT of this machine, since nodes is above 1" },
);

/** @throws {@link ConfigError} `CONFIG_INVALID` */
export function parseTrainerConfig(config: TrainerConfig): TrainerSettings {
  return parseConfig(trainerConfig, config, "trainer config");
}
