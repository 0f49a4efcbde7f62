import { withoutUndefined } from "@semblance/core";
import { exportCheckpoint } from "@semblance/trainer-bridge";
import { type Command, InvalidArgumentError } from "commander";
import { inspectCheckpoint } from "../model-folder.ts";
import { shellWord } from "../shell-word.ts";
import { addOfflineOption, addOutputOptions, type SeedOptions } from "./common-options.ts";
import { runVerb, type VerbContext, type VerbResult, type VerbTools } from "./run-verb.ts";
import { forCommand } from "./training-failure.ts";

interface ExportOptions extends SeedOptions {
  readonly output: string;
  readonly python?: string;
}

/** `semblance export`: a checkpoint's towers as ONNX. */
export function addExportVerb(program: Command, context: VerbContext): void {
  const verb = program
    .command("export")
    .description("export both towers of a checkpoint to ONNX, checked against PyTorch")
    .argument("<checkpoint>", "a Hugging Face checkpoint folder or a RUN")
    .requiredOption("-o, --output <folder>", "the model folder to write")
    .option("--dtype <types>", "precisions to write; fp32 is the one there is", parseDtypes)
    .option("--python <path>", "the Python to use");
  addOfflineOption(addOutputOptions(verb));
  verb.action((checkpoint: string, options: ExportOptions) =>
    runVerb(context, options, (tools) => runExport(checkpoint, options, tools)),
  );
}

async function runExport(
  model: string,
  options: ExportOptions,
  tools: VerbTools,
): Promise<VerbResult> {
  const { onProgress, signal } = tools;
  const checkpoint = await inspectCheckpoint(model);
  const { output, python } = options;
  const exported = await exportCheckpoint(
    withoutUndefined({ checkpoint, output, python, onProgress, signal }),
  ).catch((error: unknown) => {
    throw forCommand(error, "Try again; if memory ran out, close other programs first.");
  });
  const { image, text, tolerance } = exported.certificate;
  return {
    document: { ...exported },
    text: [
      `Exported to ${exported.model} in ${exported.timing.export.toFixed(1)} s.`,
      `Largest difference to PyTorch: images ${image.maxAbs.toExponential(1)}, texts ${text.maxAbs.toExponential(1)} (allowed ${tolerance}).`,
      `Evaluate it: npx @semblance/semblance eval -m ${shellWord(exported.model)} -d pairs.csv`,
    ].join("\n"),
  };
}

function parseDtypes(text: string): string {
  if (text === "fp32") return text;
  throw new InvalidArgumentError("Only fp32 can be exported.");
}
