import { Command, CommanderError } from "commander";
import { version } from "../version.ts";
import { addCompareVerb } from "./comparison/compare-verb.ts";
import { addVerifyVerb } from "./comparison/verify-verb.ts";
import { addDoctorVerb } from "./doctor/doctor-verb.ts";
import { addEmbedVerb } from "./embedding/embed-verb.ts";
import { addEvalVerb } from "./evaluation/eval-verb.ts";
import { addExportVerb } from "./export/export-verb.ts";
import { addSetupPythonVerb } from "./export/setup-python-verb.ts";
import { addCalibrateVerb } from "./probability/calibrate-verb.ts";
import { addPredictVerb } from "./probability/predict-verb.ts";
import { type CommandIo, writeDocument } from "./run-verb.ts";
import { addAttachVerb } from "./training/attach-verb.ts";
import { addTrainVerb } from "./training/train-verb.ts";

const usageError = 2;

/**
 * Runs the `semblance` command.
 *
 * @param parameters - The command line without interpreter and script.
 * @returns the exit code: 0 when it did its work for at least one item, 1 when for none or when data
 * or model cannot be used, 2 when the command line cannot be understood, 130 after Ctrl-C.
 */
export async function main(
  parameters: readonly string[],
  io: CommandIo = { stdout: process.stdout, stderr: process.stderr },
): Promise<number> {
  const outcome = { exitCode: 0 };
  const program = new Command("semblance")
    .description("Measure, fine-tune, export and use image–text models.")
    .version(version)
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    })
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError("Options and verbs: semblance --help, semblance VERB --help");
  for (const addVerb of [
    addEvalVerb,
    addCompareVerb,
    addVerifyVerb,
    addTrainVerb,
    addAttachVerb,
    addCalibrateVerb,
    addPredictVerb,
    addEmbedVerb,
    addExportVerb,
    addDoctorVerb,
    addSetupPythonVerb,
  ]) {
    addVerb(program, { io, outcome });
  }
  try {
    await program.parseAsync(parameters, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    if (parameters.includes("--json")) writeDocument(io, describeUsageError(error));
    return usageError;
  }
  return outcome.exitCode;
}

function describeUsageError({ message }: CommanderError): object {
  const fix = "semblance --help and semblance VERB --help list what there is.";
  const error = { code: "USAGE", message: message.replace(/^error: /, ""), fix };
  return { schema: 1, failures: [], error };
}
