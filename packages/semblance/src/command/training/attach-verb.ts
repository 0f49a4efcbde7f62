import { resolve } from "node:path";
import {
  type FitResult,
  SemblanceError,
  type TrainingEvent,
  type TrainingRun,
  withoutUndefined,
} from "@semblance/core";
import { attachTraining } from "@semblance/trainer-bridge";
import type { Command } from "commander";
import { shellWord } from "../../shell-word.ts";
import { addOutputOptions, type SeedOptions } from "../common-options.ts";
import { runVerb, type VerbContext, type VerbResult, type VerbTools } from "../run-verb.ts";
import { toFitResult } from "./fit-document.ts";
import { createTrainingDisplay } from "./training-display.ts";
import { forCommand } from "./training-failure.ts";

interface AttachOptions extends SeedOptions {
  readonly stop?: boolean;
  readonly python?: string;
}

/** `semblance attach RUN`: follow a training that goes on elsewhere, or stop it. */
export function addAttachVerb(program: Command, context: VerbContext): void {
  const verb = program
    .command("attach")
    .description("follow a training that was started with --detach or in another terminal")
    .argument("<run>", "the run folder")
    .option("--stop", "let it stop, choose and export")
    .option("--python <path>", "the Python to use");
  addOutputOptions(verb);
  verb.action((run: string, options: AttachOptions) =>
    runVerb(context, options, (tools) => runAttach(run, options, tools)),
  );
}

async function runAttach(
  folder: string,
  { stop, python, verbose }: AttachOptions,
  tools: VerbTools,
): Promise<VerbResult> {
  const { signal } = tools;
  const trainer = withoutUndefined({ python });
  const run = attachTraining({ runFolder: resolve(folder), trainer, signal });
  if (stop) run.cancel();
  try {
    const [result] = await Promise.all([run.result, show(run, createTrainingDisplay(tools))]);
    return toFitResult({ ...result, gain: gainOf(result) }, { rows: [], verbose });
  } catch (error) {
    if (signal.aborted) throw goesOn(folder);
    throw forCommand(error, "Type the command that started it with --resume to go on.");
  }
}

async function show(run: TrainingRun, onEvent: (event: TrainingEvent) => void): Promise<void> {
  for await (const event of run) onEvent(event);
}

function gainOf({ judged: { gain, interval } }: FitResult) {
  return withoutUndefined({ value: gain, interval });
}

function goesOn(folder: string): SemblanceError {
  return new SemblanceError({
    code: "INTERRUPTED",
    message: "Interrupted by Ctrl-C. The training goes on.",
    fix: `Follow it again with: npx @semblance/semblance attach ${shellWord(folder)}; --stop stops it.`,
  });
}
