import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { runQuietly } from "../run-quietly.ts";
import { command } from "./command.ts";
import { type QueryLine, toQueries } from "./retrieval-scores.ts";
import { environment } from "./thread-settings.ts";
import { medianRate, toEvents } from "./training-events.ts";

/** A fit by the command, as a person would type it. */
export interface FitJob {
  /** A folder, or `scratch:tiny`. */
  readonly model: string;
  readonly train: string;
  /** Without it a share of `train` is kept for validation. */
  readonly validation?: string;
  readonly method?: string;
  readonly hyperparameters?: Readonly<Record<string, unknown>>;
  /** Seconds; without it `hyperparameters` say when to stop. */
  readonly timeLimit?: number;
  readonly seed: number;
  /** Where the run goes. */
  readonly run: string;
}

/** What a fit says of itself. */
export interface FitOutcome {
  readonly kept: string;
  /** Seconds without the export. */
  readonly seconds: number;
  /** Images a second of its median update; a method without updates has none. */
  readonly rate?: number | undefined;
}

const document = z.object({
  fit: z.object({ kept: z.string() }),
  timing: z.object({ fit: z.number() }),
});

/** Fits to the end, export included. @throws Error with the command's messages when it fails. */
export async function runFit(job: FitJob): Promise<FitOutcome> {
  const { model, train, validation, method, hyperparameters, timeLimit, seed, run } = job;
  const optional = {
    "--val": validation,
    "--method": method,
    "--hyperparameters": hyperparameters && JSON.stringify(hyperparameters),
    "--time-limit": timeLimit === undefined ? undefined : `${timeLimit}s`,
  };
  const given = Object.entries(optional).flatMap(([flag, value]) => (value ? [flag, value] : []));
  const required = ["-m", model, "-d", train, "-o", run, "--seed", String(seed)];
  const printed = await runCommand(["train", ...required, ...given, "--device", "cpu", "--json"]);
  const { fit, timing } = document.parse(JSON.parse(printed));
  const events = await readFile(join(run, "job", "events.jsonl"), "utf8").catch(() => "");
  return { kept: fit.kept, seconds: timing.fit, rate: medianRate(toEvents(events)) };
}

/** What to rank: a model, or vectors that were made before. */
export type Source =
  | { readonly model: string }
  | { readonly imageEmbeddings: string; readonly textEmbeddings: string };

/** Ranks the test items with the same command for all systems. @returns Every query. */
export async function evaluate(source: Source, test: string, folder: string): Promise<QueryLine[]> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, "eval.json");
  const from =
    "model" in source
      ? ["-m", source.model]
      : ["--image-embeddings", source.imageEmbeddings, "--text-embeddings", source.textEmbeddings];
  await runCommand(["eval", ...from, "-d", test, "--no-ci", "-o", file, "--json"]);
  return toQueries(await readFile(`${file}.queries.jsonl`, "utf8"));
}

async function runCommand(parameters: readonly string[]): Promise<string> {
  return await runQuietly(process.execPath, [command, ...parameters], environment);
}
