import { withoutUndefined } from "@semblance/core";
import { setUpPython } from "@semblance/trainer-bridge";
import type { Command } from "commander";
import { addOutputOptions, type SeedOptions } from "../common-options.ts";
import { runVerb, type VerbContext, type VerbResult, type VerbTools } from "../run-verb.ts";

interface SetupPythonOptions extends SeedOptions {
  readonly python?: string;
  readonly torch?: string;
  readonly wheels?: string;
  readonly dev?: boolean;
}

/** `semblance setup-python`: the Python environment that training and export use. */
export function addSetupPythonVerb(program: Command, context: VerbContext): void {
  const verb = program
    .command("setup-python")
    .description(
      "make the Python environment for training and export (about 1.3 GB, once per user)",
    )
    .option("--python <path>", "the interpreter to make it with (3.10 or newer)")
    .option("--torch <choice>", "cpu, cuda, auto or a version")
    .option("--wheels <folder>", "take everything from this folder of wheels, offline")
    .option("--dev", "also what the project's own Python tests need");
  addOutputOptions(verb);
  verb.action((options: SetupPythonOptions) =>
    runVerb(context, options, (tools) => runSetupPython(options, tools)),
  );
}

async function runSetupPython(options: SetupPythonOptions, tools: VerbTools): Promise<VerbResult> {
  const { python, torch, wheels, dev } = options;
  const { onProgress, signal } = tools;
  const asked = { python, torch, wheels, dev, onProgress, signal };
  const made = await setUpPython(withoutUndefined(asked));
  const state = made.created ? "Made" : "Already there";
  return { document: { ...made }, text: `${state}: ${made.python}` };
}
