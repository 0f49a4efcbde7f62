import { DatasetError } from "@semblance/core";
import type { EmbedFacts } from "./embed-facts.ts";
import type { EmbedPaths } from "./embed-paths.ts";
import { joinFailures, readFailures } from "./finish-output.ts";
import { clearOutput } from "./output-room.ts";

/** At most so many failures are held in memory, to be shown; the file has all. */
export const failuresListed = 1000;

/** Leaves nothing but the list of failures, and says why there is nothing. */
export async function nothingEmbedded(paths: EmbedPaths, count: number): Promise<DatasetError> {
  await joinFailures(paths);
  await clearOutput(paths);
  const failures = await readFailures(paths, failuresListed);
  const first = failures[0] === undefined ? "" : ` The first: ${failures[0].message}`;
  return new DatasetError({
    code: "NOTHING_EMBEDDED",
    message: `None of ${count} items could be embedded.${first}`,
    fix: "Check the paths, and that the files are images.",
    failures,
  });
}

/** Says that a machine, or all of them, has no item to embed. */
export function nothingToEmbed({ source, options }: EmbedFacts): DatasetError {
  const { number, of } = options.shard;
  const share = of === 1 ? "" : ` for machine ${number} of ${of}`;
  const what = source.kind === "images" ? "The pattern" : source.file;
  return new DatasetError({
    code: "NOTHING_TO_EMBED",
    message:
      source.kind === "texts" && of === 1
        ? `${what} has no line with a text.`
        : `${what} has no item${share}.`,
    fix: of === 1 ? "Give a text file with one text per line." : "Use fewer machines.",
  });
}
