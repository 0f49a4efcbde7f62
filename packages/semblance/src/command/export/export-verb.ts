import { type Dataset, withoutUndefined } from "@semblance/core";
import { openDataset, selectSplit } from "@semblance/data";
import { type ExportDtype, type ExportResult, exportCheckpoint } from "@semblance/trainer-bridge";
import { type Command, InvalidArgumentError } from "commander";
import { folderWithHead } from "../../folder-with-head.ts";
import { locateCheckpoint } from "../../locate-model.ts";
import { shellWord } from "../../shell-word.ts";
import {
  addDataOptions,
  addOfflineOption,
  addOutputOptions,
  addReaderOption,
  type DataOptions,
  type OfflineOptions,
  type ReaderOptions,
  type SeedOptions,
} from "../common-options.ts";
import { runVerb, type VerbContext, type VerbResult, type VerbTools } from "../run-verb.ts";
import { forCommand } from "../training/training-failure.ts";
import { formatCost } from "./format-cost.ts";

interface ExportOptions extends SeedOptions, OfflineOptions, DataOptions, ReaderOptions {
  readonly output: string;
  readonly dtype: ExportDtype[];
  readonly data?: string;
  readonly split?: string;
  readonly python?: string;
}

/** `semblance export`: a checkpoint's towers as ONNX. */
export function addExportVerb(program: Command, context: VerbContext): void {
  const verb = program
    .command("export")
    .description("export both towers of a checkpoint to ONNX, checked against PyTorch")
    .argument("<checkpoint>", "a Hugging Face checkpoint folder, a hub id or a RUN")
    .requiredOption("-o, --output <folder>", "the model folder to write")
    .option("--dtype <types>", "precisions to write, of fp32,fp16,int8", parseDtypes, ["fp32"])
    .option("-d, --data <table>", "pairs to measure the cost of each precision on")
    .option("--split <name>", "only this split (default: test, where the table has splits)")
    .option("--python <path>", "the Python to use");
  addOfflineOption(addReaderOption(addDataOptions(addOutputOptions(verb))));
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
  const hub = { offline: options.offline };
  const checkpoint =
    (await folderWithHead(model)) ?? (await locateCheckpoint(model, { hub, onProgress, signal }));
  const { output, python, dtype: dtypes } = options;
  const data = await openData(options, tools);
  const onWarning = ({ message }: { readonly message: string }) => tools.note(message);
  const exported = await exportCheckpoint(
    withoutUndefined({ checkpoint, output, dtypes, data, python, onProgress, onWarning, signal }),
  ).catch((error: unknown) => {
    throw forCommand(error, "Try again; if memory ran out, close other programs first.");
  });
  const failures = [...(data?.failures ?? []), ...exported.failures];
  return { document: { ...exported, failures }, text: describe(exported), failures };
}

async function openData(options: ExportOptions, tools: VerbTools): Promise<Dataset | undefined> {
  if (options.data === undefined) return undefined;
  const { columns, baseFolder, reader } = options;
  const readOptions = withoutUndefined({ columns, baseFolder, reader, signal: tools.signal });
  const dataset = await openDataset(options.data, readOptions);
  const split = options.split ?? (dataset.splits.includes("test") ? "test" : undefined);
  return split === undefined ? dataset : selectSplit(dataset, split);
}

function describe({ model, certificate, timing }: ExportResult): string {
  const { image, text, reference, tolerance, cost } = certificate;
  return [
    `Exported to ${model} in ${timing.export.toFixed(1)} s.`,
    `Largest difference to ${reference}: images ${image.maxAbs.toExponential(1)}, texts ${text.maxAbs.toExponential(1)} (fp32; allowed ${tolerance}).`,
    ...(cost === null ? [] : formatCost(cost)),
    `Evaluate it: npx @semblance/semblance eval -m ${shellWord(model)} -d pairs.csv`,
  ].join("\n");
}

const known: readonly ExportDtype[] = ["fp32", "fp16", "int8"];

function parseDtypes(text: string): ExportDtype[] {
  const names = text.split(",").map((name) => name.trim());
  const dtypes = known.filter((dtype) => names.includes(dtype));
  if (dtypes.length === new Set(names).size) return dtypes;
  throw new InvalidArgumentError("Write fp32, fp16 and int8, with commas between them.");
}
