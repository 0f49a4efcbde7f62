import { type Command, InvalidArgumentError, Option } from "commander";
import { embedPaths } from "../../embed/embed-paths.ts";
import type { MachineShard } from "../../embed/shard-range.ts";
import {
  addDataOptions,
  addModelOptions,
  addOutputOptions,
  addReaderOption,
  parsePositive,
} from "../common-options.ts";
import { runVerb, type VerbContext } from "../run-verb.ts";
import { type EmbedOptions, runEmbed } from "./run-embed.ts";

/** `semblance embed`: vectors of images and texts as `.npy`, with a listing of their rows. */
export function addEmbedVerb(program: Command, context: VerbContext): void {
  const layouts = new Option("--layout <name>", "semblance, or clip-retrieval: paired float16 rows")
    .choices(["semblance", "clip-retrieval"])
    .default("semblance");
  const verb = program
    .command("embed")
    .description("write the vectors of images and texts as .npy, with a listing of the rows")
    .requiredOption("-m, --model <model>", "a model folder, a checkpoint folder, a hub id or a RUN")
    .option("-d, --data <table>", "the images and texts of a table or another dataset")
    .option("--images <globs...>", "image files")
    .option("--texts <file>", "one text per line")
    .requiredOption("-o, --output <folder>", "where to write")
    .addOption(layouts)
    .option("--rows-per-shard <number>", "rows in each file", parsePositive, 1_000_000)
    .option("--shard <i/n>", "this machine's share of the work, the first of four: 1/4", parseShard)
    .option("--cache <folder>", "keep vectors there by content, and encode nothing twice")
    .option("--resume", "go on with work that was interrupted, with the same result")
    .option("--overwrite", "replace the embeddings that are in the folder");
  addModelOptions(addReaderOption(addDataOptions(addOutputOptions(verb))));
  verb.action(async (options: EmbedOptions) => {
    const sources = [options.data, options.images, options.texts].filter(
      (source) => source !== undefined,
    );
    if (sources.length !== 1) verb.error("error: give one of --data, --images and --texts");
    if (options.resume && options.overwrite) verb.error("error: give --resume or --overwrite");
    const paths = embedPaths(options.output);
    await runVerb(context, options, (tools) => runEmbed(options, paths, tools));
  });
}

/** `2/4` as the second of four. */
function parseShard(text: string): MachineShard {
  const [number = 0, of = 0] = text.split("/").map(Number);
  const isWhole = /^\d+\/\d+$/.test(text) && number >= 1 && number <= of;
  if (isWhole) return { number, of };
  throw new InvalidArgumentError("Write which of how many, from 1/4 to 4/4.");
}
