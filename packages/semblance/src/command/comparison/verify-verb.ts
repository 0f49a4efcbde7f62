import { SemblanceError, withoutUndefined } from "@semblance/core";
import { type Command, InvalidArgumentError } from "commander";
import { readEvaluation } from "../../results/read-evaluation.ts";
import { addOfflineOption, addOutputOptions, type SeedOptions } from "../common-options.ts";
import { formatTable } from "../display/format-table.ts";
import { manifestOf } from "../evaluation/evaluation-manifest.ts";
import { runEvaluation } from "../evaluation/run-evaluation.ts";
import { runVerb, type VerbContext, type VerbResult, type VerbTools } from "../run-verb.ts";
import { findDifferences, type ResultDifference } from "./find-differences.ts";
import { type ManifestPlaces, requestOf } from "./read-manifest.ts";

interface VerifyOptions extends SeedOptions, ManifestPlaces {
  readonly tolerance: number;
}

/** `semblance verify`: a result that is run again, and compared with what was written. */
export function addVerifyVerb(program: Command, context: VerbContext): void {
  const verb = program
    .command("verify")
    .description("run the evaluation of a document again and compare")
    .argument("<manifest>", "a document that eval -o wrote")
    .option("-m, --model <model>", "where the same model lies now")
    .option("-d, --data <table>", "where the same data lie now")
    .option("--base-folder <folder>", "what relative image paths are relative to now")
    .option("--tolerance <number>", "how far figures may be apart", parseTolerance, 1e-6)
    .option("--python <path>", "the Python that exports a checkpoint");
  addOfflineOption(addOutputOptions(verb));
  verb.action(async (manifest: string, options: VerifyOptions) => {
    await runVerb(context, options, (tools) => runVerify(manifest, options, tools));
  });
}

async function runVerify(
  file: string,
  options: VerifyOptions,
  tools: VerbTools,
): Promise<VerbResult> {
  const { model, data, baseFolder, offline, python, tolerance } = options;
  const written = await readEvaluation(file);
  const places = withoutUndefined({ model, data, baseFolder, offline, python });
  const request = requestOf(written, places);
  const { report } = await runEvaluation(request, tools).catch((error: unknown) => {
    throw isNotFound(error) ? lyingElsewhere(error) : error;
  });
  const differences = findDifferences(written, report, tolerance);
  const verified = differences.length === 0;
  const manifest = manifestOf(request, report);
  const document = { verified, file, tolerance, differences, metrics: report.metrics, manifest };
  return {
    document: { ...document, expectedManifest: written.manifest },
    text: verified
      ? describeSuccess(file, tolerance, Object.keys(report.metrics).length)
      : describeDifferences(differences),
    failures: report.failures,
    exitCode: verified ? 0 : 1,
  };
}

const notFound: ReadonlySet<string> = new Set(["FILE_NOT_FOUND", "MODEL_NOT_FOUND"]);

function isNotFound(error: unknown): error is SemblanceError {
  return SemblanceError.isInstance(error) && notFound.has(error.code);
}

// A manifest keeps paths as they were typed, in a folder that it does not know.
function lyingElsewhere(error: SemblanceError): SemblanceError {
  return new SemblanceError({
    code: error.code,
    message: error.message,
    fix: "Run this in the folder in which the result was made, or say where things lie now: --model, --data, --base-folder.",
    cause: error,
  });
}

function describeSuccess(file: string, tolerance: number, metrics: number): string {
  return `Verified: ${metrics} metrics, the gallery and the model are as ${file} says, within ${tolerance}.`;
}

const differencesShown = 20;

function describeDifferences(differences: readonly ResultDifference[]): string {
  const rows = differences
    .slice(0, differencesShown)
    .map(({ what, expected, found }) => [what, show(expected), show(found)]);
  const more = differences.length - differencesShown;
  return [
    `Not verified: ${differences.length} figures or facts differ.`,
    "",
    formatTable(["", "written", "found"], rows),
    ...(more > 0 ? [`and ${more} more; --json lists them all`] : []),
  ].join("\n");
}

// Whole hashes and their beginnings tell as much.
function show(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 20 ? `${text.slice(0, 19)}…` : text;
}

function parseTolerance(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value < 1) return value;
  throw new InvalidArgumentError("Write a number from 0 up to, not including, 1: 1e-6.");
}
