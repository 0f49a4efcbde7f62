import { readFile, writeFile } from "node:fs/promises";
import {
  type Dataset,
  DatasetError,
  decodeNpyEmbeddings,
  type Embeddings,
  withoutUndefined,
} from "@semblance/core";
import { openDataset } from "@semblance/data";
import {
  type DatasetEvaluation,
  type EvaluateDatasetOptions,
  evaluateDataset,
  type ModelFacts,
  type RetrievalReport,
} from "@semblance/matcher";
import type { Command } from "commander";
import { createModelProvider } from "../create-model-provider.ts";
import { describeModel, hashFiles } from "../model-facts.ts";
import { version } from "../version.ts";
import {
  addDataOptions,
  addModelOptions,
  addOutputOptions,
  type DataOptions,
  type ModelOptions,
  parseCutoffs,
  type SeedOptions,
} from "./common-options.ts";
import { formatMetrics } from "./format-metrics.ts";
import { runVerb, type VerbContext, type VerbResult, type VerbTools } from "./run-verb.ts";
import { writeQueryResults } from "./write-query-results.ts";

interface EvalOptions extends SeedOptions, DataOptions, ModelOptions {
  readonly model?: string;
  readonly imageEmbeddings?: string;
  readonly textEmbeddings?: string;
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
    .option("-m, --model <model>", "a model folder, a checkpoint folder or a RUN")
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
    const hasEmbeddings =
      options.imageEmbeddings !== undefined && options.textEmbeddings !== undefined;
    if ((options.model === undefined) !== hasEmbeddings) {
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
  const { baseFolder, seed, k: cutoffs, batchSize } = options;
  const dataset = await openDataset(options.data, withoutUndefined({ columns, baseFolder }));
  const split = chooseSplit(dataset, options, tools);
  await using source = await openSource(options, tools);
  const { onProgress, signal } = tools;
  const evaluation = await evaluateDataset(
    withoutUndefined({
      dataset,
      split,
      source: source.vectors,
      model: source.facts,
      cutoffs,
      confidence: options.ci ? { seed } : (false as const),
      topHits: options.output === undefined ? 0 : 10,
      batchSize,
      onProgress,
      signal,
    }),
  );
  return toResult(evaluation, options);
}

function chooseSplit(dataset: Dataset, options: EvalOptions, tools: VerbTools): string | undefined {
  if (options.split !== undefined) return options.split;
  if (!dataset.splits.includes("test")) return undefined;
  tools.note(`Evaluating the split "test" of ${dataset.splits.join(", ")}; --split names another.`);
  return "test";
}

interface Source extends AsyncDisposable {
  readonly vectors: EvaluateDatasetOptions["source"];
  readonly facts: ModelFacts;
}

async function openSource(options: EvalOptions, tools: VerbTools): Promise<Source> {
  const { model, imageEmbeddings, textEmbeddings, dtype, python } = options;
  if (model === undefined) return readSource(imageEmbeddings ?? "", textEmbeddings ?? "");
  const { onProgress, signal } = tools;
  const opened = await createModelProvider({ python, dtype }).open(model, { onProgress, signal });
  return {
    vectors: opened.encoder,
    facts: await describeModel(opened, dtype),
    [Symbol.asyncDispose]: () => opened.encoder[Symbol.asyncDispose](),
  };
}

async function readSource(imageFile: string, textFile: string): Promise<Source> {
  const image = await readEmbeddings(imageFile);
  const text = await readEmbeddings(textFile);
  const sha256 = await hashFiles([imageFile, textFile]);
  return {
    vectors: { image, text },
    facts: { id: null, name: "embeddings", dtype: null, sha256 },
    [Symbol.asyncDispose]: async () => {},
  };
}

async function readEmbeddings(file: string): Promise<Embeddings> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new DatasetError({
      code: "FILE_NOT_FOUND",
      message: `Cannot read ${file}.`,
      fix: "Give a .npy file of float32 rows.",
      cause,
      position: { file },
    });
  });
  return decodeNpyEmbeddings(bytes);
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
