import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { DatasetEvaluation } from "@semblance/matcher";
import { type Command, Option } from "commander";
import {
  addDataOptions,
  addModelOptions,
  addOutputOptions,
  addReaderOption,
  parseCutoffs,
  parseFolds,
  parsePositive,
  type SeedOptions,
} from "../common-options.ts";
import { runVerb, type VerbContext, type VerbResult, type VerbTools } from "../run-verb.ts";
import {
  evaluationFormats,
  type ForeignFormat,
  formatEvaluation,
  hitsOf,
  writeEvaluation,
} from "./evaluation-format.ts";
import { manifestOf } from "./evaluation-manifest.ts";
import { formatMetrics } from "./format-metrics.ts";
import { type EvaluationRequest, runEvaluation } from "./run-evaluation.ts";
import { writeQueryResults } from "./write-query-results.ts";
import { reportedHits, writeReport } from "./write-report.ts";

interface EvalOptions extends SeedOptions, EvaluationRequest {
  readonly output?: string;
  readonly format?: (typeof evaluationFormats)[number];
  readonly report?: string;
}

/** `semblance eval`: retrieval metrics in both directions. */
export function addEvalVerb(program: Command, context: VerbContext): void {
  const verb = program
    .command("eval")
    .description("measure retrieval in both directions")
    .option("-m, --model <model>", "a model folder, a checkpoint folder, a hub id or a RUN")
    .option("--image-embeddings <file>", ".npy, one row per image in order of first appearance")
    .option("--text-embeddings <file>", ".npy, one row per text in order of first appearance")
    .requiredOption("-d, --data <table>", "a table of pairs, or a dataset in another format")
    .option("--split <name>", "only this split (default: test, where the table has splits)")
    .option("--k <numbers>", "cut-offs", parseCutoffs, [1, 5, 10])
    .option("--label <column>", "the relevance column")
    .option("--judgements <file>", "more judgements: ids by id in JSON, or TREC's or BEIR's lines")
    .option("--replace-judgements", "those of --judgements alone")
    .addOption(
      new Option("--ties <order>", "what becomes of equal scores")
        .choices(["expected", "trec", "pessimistic", "optimistic"])
        .default("expected"),
    )
    .option("--captions-per-image <number>", "only the first captions of each", parsePositive)
    .option("--folds <number>", "rank within equal parts of the images: 5 on COCO", parseFolds)
    .option("--no-ci", "no confidence intervals")
    .option("-o, --output <file>", "write the document here, and FILE.queries.jsonl beside it")
    .addOption(
      new Option("--format <name>", "of what -o writes, or stdout gets without it").choices(
        evaluationFormats,
      ),
    )
    .option("--report <file>", "write a page for people here: one HTML file, with thumbnails");
  addModelOptions(addReaderOption(addDataOptions(addOutputOptions(verb))));
  verb.action(async (options: EvalOptions) => {
    const { model, imageEmbeddings, textEmbeddings } = options;
    const files = [imageEmbeddings, textEmbeddings].filter((file) => file !== undefined);
    if (files.length !== (model === undefined ? 2 : 0)) {
      verb.error("error: give --model, or both --image-embeddings and --text-embeddings");
    }
    const problem = problemOf(options);
    if (problem !== undefined) verb.error(`error: ${problem}`);
    const json = options.json || (options.format === "json" && options.output === undefined);
    await runVerb(context, { ...options, json }, (tools) => runEval(options, tools));
  });
}

function problemOf(options: EvalOptions): string | undefined {
  const { format, output, k, folds } = options;
  if (options.replaceJudgements && options.judgements === undefined) {
    return "--replace-judgements needs --judgements";
  }
  const hasFiles = format === "mteb" || format === "trec";
  if (hasFiles && output === undefined) {
    return `--format ${format} writes a file for each direction: say how they begin, -o FILE`;
  }
  if (format === "mteb" && !k.includes(10)) return "--format mteb needs the cut-off 10 among --k";
  if (format === "trec" && folds !== undefined)
    return "--format trec has one ranking, and no --folds";
  return undefined;
}

function foreignFormat({ format }: EvalOptions): ForeignFormat | undefined {
  return format === "json" ? undefined : format;
}

async function runEval(options: EvalOptions, tools: VerbTools): Promise<VerbResult> {
  const { output, report } = options;
  for (const file of [output, report]) {
    if (file !== undefined) await mkdir(dirname(file), { recursive: true });
  }
  const format = foreignFormat(options);
  const topHits = Math.max(
    (output === undefined || format !== undefined) && report === undefined ? 0 : reportedHits,
    format === undefined ? 0 : hitsOf(format, options.k),
  );
  const evaluation = await runEvaluation({ ...options, topHits }, tools);
  if (report !== undefined) {
    await writeReport(report, evaluation, manifestOf(options, evaluation.report), tools);
  }
  return toResult(evaluation, options);
}

async function toResult(evaluation: DatasetEvaluation, options: EvalOptions): Promise<VerbResult> {
  const { report } = evaluation;
  const text = formatMetrics(report, options.k);
  const format = foreignFormat(options);
  if (format !== undefined) return toForeignResult(evaluation, { ...options, format });
  if (options.output === undefined) {
    return {
      document: { ...report, manifest: manifestOf(options, report) },
      text,
      failures: report.failures,
    };
  }
  const queries = `${options.output}.queries.jsonl`;
  const document = { ...report, queries, manifest: manifestOf(options, report) };
  await writeQueryResults(queries, evaluation);
  await writeFile(options.output, `${JSON.stringify(document, null, 2)}\n`);
  return { document, text, failures: report.failures };
}

async function toForeignResult(
  evaluation: DatasetEvaluation,
  options: EvalOptions & { readonly format: ForeignFormat },
): Promise<VerbResult> {
  const { report } = evaluation;
  const { format, output } = options;
  const formatted = formatEvaluation(format, evaluation);
  const document = { ...report, manifest: manifestOf(options, report) };
  const table = formatMetrics(report, options.k);
  if (output === undefined) {
    return {
      document,
      ...("text" in formatted ? { text: formatted.text, isFile: true } : { text: table }),
      failures: report.failures,
    };
  }
  const files = await writeEvaluation(output, formatted);
  return { document: { ...document, files }, text: table, failures: report.failures };
}
