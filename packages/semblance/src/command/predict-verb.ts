import { DatasetError, type ItemFailure, withoutUndefined } from "@semblance/core";
import { readTable } from "@semblance/data";
import type { Command } from "commander";
import { addDataOptions, addModelOptions, addOutputOptions } from "./common-options.ts";
import { formatPredictions } from "./format-predictions.ts";
import { type MatcherOptions, openMatcher } from "./open-matcher.ts";
import { parseShare } from "./parse-share.ts";
import { addPredictions, listPredictions } from "./predicted-rows.ts";
import { runVerb, type VerbContext, type VerbResult, type VerbTools } from "./run-verb.ts";
import { writeCsv } from "./write-csv.ts";

interface PredictOptions extends MatcherOptions {
  readonly data: string;
  readonly proba?: boolean;
  readonly threshold?: number;
  readonly prior?: number;
  readonly output?: string;
}

/** `semblance predict`: whether pairs of an image and a text match. */
export function addPredictVerb(program: Command, context: VerbContext): void {
  const verb = program
    .command("predict")
    .description("say of pairs of an image and a text whether they match")
    .requiredOption("-m, --model <model>", "a model folder, a checkpoint folder, a hub id or a RUN")
    .requiredOption("-d, --data <table>", "pairs, one a row: .csv, .tsv or .jsonl")
    .option("--proba", "also how likely each pair is a match")
    .option("--threshold <share>", "from which probability on a pair is a match", parseShare)
    .option("--prior <share>", "the share of matches to expect among the pairs", parseShare)
    .option("-o, --output <file>", "write the table as CSV, with columns for the predictions");
  addModelOptions(addDataOptions(addOutputOptions(verb)));
  verb.action((options: PredictOptions) =>
    runVerb(context, options, (tools) => runPredict(options, tools)),
  );
}

async function runPredict(options: PredictOptions, tools: VerbTools): Promise<VerbResult> {
  const { baseFolder, threshold, prior, output, proba = false } = options;
  const { onProgress, signal } = tools;
  const table = await readTable(options.data, withoutUndefined({ baseFolder, signal }));
  await using matcher = await openMatcher(options, tools);
  const found = await matcher.predict(
    table,
    withoutUndefined({ threshold, prior, onProgress, signal }),
  );
  for (const { message, fix } of found.warnings) tools.note(`${message} ${fix}`);
  const predictions = listPredictions(found, proba);
  if (predictions.length === 0) throw nothingToPredict(found.failures);
  if (output !== undefined) await writeCsv(output, addPredictions(table, found, proba));
  const { name } = matcher.model.encoder;
  const { calibrated, method, prior: priorInUse, warnings, truncated, failures } = found;
  const facts = { calibrated, method, prior: priorInUse, threshold: found.threshold, warnings };
  return {
    document: { model: name, ...facts, truncated, predictions, output: output ?? null },
    text: formatPredictions(found, { name, table, proba, output }),
    failures,
  };
}

function nothingToPredict(failures: readonly ItemFailure[]): DatasetError {
  const first = failures[0]?.message ?? "it has no rows.";
  return new DatasetError({
    code: "NOTHING_TO_PREDICT",
    message: `No row of the table can be predicted. The first: ${first}`,
    fix: "Check the paths; relative ones are resolved against the table's folder or --base-folder.",
    failures,
  });
}
