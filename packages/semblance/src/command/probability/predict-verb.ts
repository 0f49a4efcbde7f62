import { DatasetError, type ItemFailure, withoutUndefined } from "@semblance/core";
import type { Command } from "commander";
import {
  addDataOptions,
  addModelOptions,
  addOutputOptions,
  addReaderOption,
} from "../common-options.ts";
import { runVerb, type VerbContext, type VerbResult, type VerbTools } from "../run-verb.ts";
import { writeCsv } from "../write-csv.ts";
import { formatPredictions } from "./format-predictions.ts";
import { type MatcherOptions, openMatcher } from "./open-matcher.ts";
import { parseShare } from "./parse-share.ts";
import { openPairs, type PairSourceOptions } from "./predicted-pairs.ts";
import { addPredictions, listPredictions } from "./predicted-rows.ts";

interface PredictOptions extends MatcherOptions, PairSourceOptions {
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
    .requiredOption("-d, --data <data>", "pairs, one a row; or a dataset, for the pairs it lists")
    .option("--split <name>", "only this split (default: all)")
    .option("--proba", "also how likely each pair is a match")
    .option("--threshold <share>", "from which probability on a pair is a match", parseShare)
    .option("--prior <share>", "the share of matches to expect among the pairs", parseShare)
    .option("-o, --output <file>", "write the table as CSV, with columns for the predictions");
  addModelOptions(addReaderOption(addDataOptions(addOutputOptions(verb))));
  verb.action((options: PredictOptions) =>
    runVerb(context, options, (tools) => runPredict(options, tools)),
  );
}

async function runPredict(options: PredictOptions, tools: VerbTools): Promise<VerbResult> {
  const { threshold, prior, output, proba = false } = options;
  const { onProgress, signal } = tools;
  const { table, columns, failures: unread } = await openPairs(options, tools);
  await using matcher = await openMatcher({ ...options, columns }, tools);
  const found = await matcher.predict(
    table,
    withoutUndefined({ threshold, prior, onProgress, signal }),
  );
  for (const { message, fix } of found.warnings) tools.note(`${message} ${fix}`);
  const failures = [...unread, ...found.failures];
  const predictions = listPredictions(found, proba);
  if (predictions.length === 0) throw nothingToPredict(options.data, failures);
  if (output !== undefined) await writeCsv(output, addPredictions(table, found, proba));
  const { name } = matcher.model.encoder;
  const { calibrated, method, prior: priorInUse, warnings, truncated } = found;
  const facts = { calibrated, method, prior: priorInUse, threshold: found.threshold, warnings };
  return {
    document: { model: name, ...facts, truncated, predictions, output: output ?? null },
    text: formatPredictions(found, { name, table, proba, output }),
    failures,
  };
}

function nothingToPredict(data: string, failures: readonly ItemFailure[]): DatasetError {
  const [first] = failures;
  const reason = first ? `. The first: ${first.message}` : ": it lists none.";
  return new DatasetError({
    code: "NOTHING_TO_PREDICT",
    message: `No pair of ${data} can be predicted${reason}`,
    fix: "Check the paths; relative ones are resolved against the table's folder or --base-folder.",
    failures,
  });
}
