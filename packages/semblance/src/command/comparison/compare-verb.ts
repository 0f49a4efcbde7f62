import { withoutUndefined } from "@semblance/core";
import { compareEvaluations } from "@semblance/eval";
import type { Command } from "commander";
import { readEvaluatedQueries } from "../../results/read-evaluation.ts";
import { addOutputOptions, parsePositive, type SeedOptions } from "../common-options.ts";
import { runVerb, type VerbContext, type VerbResult, type VerbTools } from "../run-verb.ts";
import { formatComparison } from "./format-comparison.ts";

interface CompareOptions extends SeedOptions {
  readonly k?: number;
  readonly metrics?: string[];
  readonly resamples: number;
}

/** `semblance compare`: how two results over the same gallery differ. */
export function addCompareVerb(program: Command, context: VerbContext): void {
  const verb = program
    .command("compare")
    .description("compare two results of eval -o over the same gallery")
    .argument("<a>", "the document that eval -o wrote of one model")
    .argument("<b>", "that of the other")
    .option(
      "--k <number>",
      "the cut-off for queries fixed and broken (default: the lowest)",
      parsePositive,
    )
    .option("--metrics <keys>", "only these: t2i.hit@1,rsum (default: all)", parseKeys)
    .option("--resamples <number>", "draws for intervals and tests", parsePositive, 10_000);
  addOutputOptions(verb);
  verb.action(async (a: string, b: string, options: CompareOptions) => {
    await runVerb(context, options, (tools) => runCompare({ a, b }, options, tools));
  });
}

async function runCompare(
  files: { readonly a: string; readonly b: string },
  options: CompareOptions,
  { onProgress, signal }: VerbTools,
): Promise<VerbResult> {
  const a = await readEvaluatedQueries(files.a);
  const b = await readEvaluatedQueries(files.b);
  const { k, metrics, resamples, seed } = options;
  const comparison = await compareEvaluations(
    withoutUndefined({ a, b, k, metrics, resamples, seed, onProgress, signal }),
  );
  const document = { ...comparison, files };
  return { document, text: formatComparison(document) };
}

function parseKeys(text: string): string[] {
  return [...new Set(text.split(",").map((key) => key.trim()))];
}
