import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type Dataset, withoutUndefined } from "@semblance/core";
import { openDataset } from "@semblance/data";
import { type DatasetEvaluation, evaluateDataset, type RetrievalReport } from "@semblance/matcher";
import type { Command } from "commander";
import { version } from "../version.ts";
import {
  addDataOptions,
  addModelOptions,
  addOutputOptions,
  type DataOptions,
  parseCutoffs,
  type SeedOptions,
} from "./common-options.ts";
import { type EvalSourceOptions, openEvalSource } from "./eval-source.ts";
import { formatMetrics } from "./format-metrics.ts";
import { runVerb, type VerbContext, type VerbResult, type VerbTools } from "./run-verb.ts";
import { writeQueryResults } from "./write-query-results.ts";

interface EvalOptions extends SeedOptions, DataOptions, EvalSourceOptions {
  readonly data: string;
  readonly split?: string;
  readonly k: number[];
  readonly label?: string;
  readonly ci: boolean;
  readonly output?: string;
}

/** `semblance eval`: retrieval metrics in both directions. */
export function addEvalVerb(program: Command, context: VerbContext): void {
  const verb = program
    .command("eval")
    .description("measure retrieval in both directions")
    .option("-m, --model <model>", "a model folder, a checkpoint folder, a hub id or a RUN")
    .option("--image-embeddings <file>", ".npy, one row per image in order of first appearance")
    .option("--text-embeddings <file>", ".npy, one row per text in order of first appearance")
    .requiredOption("-d, --data <table>", "pairs: .csv, .tsv or .jsonl")
    .option("--split <name>", "only this split (default: test, where the table has splits)")
    .option("--k <numbers>", "cut-offs", parseCutoffs, [1, 5, 10])
    .option("--label <column>", "the relevance column")
    .option("--no-ci", "no confidence intervals")
    .option("-o, --output <file>", "write the document here, and FILE.queries.jsonl beside it");
  addModelOptions(addDataOptions(addOutputOptions(verb)));
  verb.action(async (options: EvalOptions) => {
    const { model, imageEmbeddings, textEmbeddings } = options;
    const files = [imageEmbeddings, textEmbeddings].filter((file) => file !== undefined);
    if (files.length !== (model === undefined ? 2 : 0)) {
      verb.error("error: give --model, or both --image-embeddings and --text-embeddings");
    }
    await runVerb(context, options, (tools) => runEval(options, tools));
  });
}

async function runEval(options: EvalOptions, tools: VerbTools): Promise<VerbResult> {
  const columns = withoutUndefined({
    ...options.columns,
    relevance: options.label ?? options.columns?.relevance,
  });
  const { baseFolder, seed, k: cutoffs, batchSize, output } = options;
  const { onProgress, signal } = tools;
  const dataset = await openDataset(
    options.data,
    withoutUndefined({ columns, baseFolder, signal }),
  );
  const split = chooseSplit(dataset, options, tools);
  if (output !== undefined) await mkdir(dirname(output), { recursive: true });
  await using source = await openEvalSource(options, tools);
  const evaluation = await evaluateDataset(
    withoutUndefined({
      dataset,
      split,
      source: source.vectors,
      model: source.facts,
      cutoffs,
      confidence: options.ci ? { seed } : (false as const),
      topHits: output === undefined ? 0 : 10,
      batchSize,
      onProgress,
      signal,
    }),
  );
  return toResult(evaluation, options);
}

function chooseSplit(dataset: Dataset, options: EvalOptions, tools: VerbTools): string | undefined {
  const { splits } = dataset;
  if (options.split !== undefined || splits.length === 0) return options.split;
  const split = splits.includes("test") ? "test" : undefined;
  const what = split === undefined ? "all splits together" : `the split "${split}"`;
  tools.note(`Evaluating ${what}, of ${splits.join(", ")}; --split names one.`);
  return split;
}

async function toResult(evaluation: DatasetEvaluation, options: EvalOptions): Promise<VerbResult> {
  const { report } = evaluation;
  const text = formatMetrics(report, options.k);
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

/** What it takes to run this evaluation again. */
function manifestOf(options: EvalOptions, report: RetrievalReport) {
  return {
    semblance: version,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    created: new Date().toISOString(),
    model: options.model ?? null,
    imageEmbeddings: options.imageEmbeddings ?? null,
    textEmbeddings: options.textEmbeddings ?? null,
    data: options.data,
    split: report.dataset.split,
    columns: options.columns ?? null,
    baseFolder: options.baseFolder ?? null,
    label: options.label ?? null,
    k: options.k,
    dtype: report.model.dtype,
    seed: options.seed,
    intervals: options.ci,
  };
}
