import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type Encoder, type ItemFailure, type OpenedModel, SemblanceError } from "@semblance/core";
import { type CacheCounts, type CachedEncoder, cacheEncoder } from "@semblance/encoder-onnx/cache";
import { createModelProvider } from "../../create-model-provider.ts";
import type { EmbedFacts, EmbedManifest, EmbedSource } from "../../embed/embed-facts.ts";
import type { EmbedPaths } from "../../embed/embed-paths.ts";
import { cannotRead } from "../../embed/embed-sources.ts";
import { embedToFolder } from "../../embed/embed-to-folder.ts";
import { readFailures } from "../../embed/finish-output.ts";
import { failuresListed } from "../../embed/nothing-done.ts";
import { requireRoom } from "../../embed/output-room.ts";
import type { MachineShard } from "../../embed/shard-range.ts";
import { hashFiles } from "../../model-hash.ts";
import { version } from "../../version.ts";
import type { DataOptions, ModelOptions, ReaderOptions, SeedOptions } from "../common-options.ts";
import type { VerbResult, VerbTools } from "../run-verb.ts";

/** The options of `semblance embed` as commander gives them. */
export interface EmbedOptions extends SeedOptions, DataOptions, ReaderOptions, ModelOptions {
  readonly model: string;
  readonly data?: string;
  readonly images?: string[];
  readonly texts?: string;
  readonly output: string;
  readonly layout: "semblance" | "clip-retrieval";
  readonly rowsPerShard: number;
  readonly shard?: MachineShard;
  readonly cache?: string;
  readonly resume?: boolean;
  readonly overwrite?: boolean;
}

/** Embeds, and says what was written. */
export async function runEmbed(
  options: EmbedOptions,
  paths: EmbedPaths,
  { onProgress, signal }: VerbTools,
): Promise<VerbResult> {
  // Before the model, which may have to be exported first.
  await requireRoom(paths, options);
  const { python, dtype, device, offline, resume, overwrite } = options;
  const provider = createModelProvider({ python, dtype, device, hub: { offline } });
  const opened = await provider.open(options.model, { onProgress, signal });
  await using model = opened.encoder;
  await using cached = await openCache(model, options.cache);
  try {
    const facts = await gatherFacts(options, opened);
    const encoder = cached ?? model;
    const work = { encoder, facts, paths, resume, overwrite, onProgress, signal };
    const manifest = await embedToFolder(work);
    return await describeResult(paths, manifest, await cached?.cacheUsage());
  } catch (error) {
    throw signal.aborted && error === signal.reason ? resumable(options.output) : error;
  }
}

async function openCache(
  model: Encoder,
  folder: string | undefined,
): Promise<CachedEncoder | undefined> {
  return folder === undefined ? undefined : cacheEncoder(model, { folder });
}

async function gatherFacts(options: EmbedOptions, opened: OpenedModel): Promise<EmbedFacts> {
  const { dtype, layout, rowsPerShard, batchSize = null, shard = { number: 1, of: 1 } } = options;
  const { id, name } = opened.encoder;
  const sha256 = (await opened.hashWeights?.()) ?? null;
  return {
    semblance: version,
    model: { id, name, dtype: opened.dtype ?? dtype, sha256 },
    source: await describeSource(options),
    options: { layout, rowsPerShard, batchSize, shard },
  };
}

async function describeSource(options: EmbedOptions): Promise<EmbedSource> {
  const { data, texts, images = [], columns = {}, baseFolder, reader = null } = options;
  if (texts !== undefined) {
    const file = resolve(texts);
    return { kind: "texts", file, sha256: await hashTexts(texts) };
  }
  if (data === undefined) {
    return { kind: "images", patterns: images.map((pattern) => resolve(pattern)) };
  }
  const file = resolve(data);
  const isFile = (await stat(file).catch(() => undefined))?.isFile() === true;
  const sha256 = isFile ? await hashFiles([file]) : null;
  const folder = baseFolder === undefined ? null : resolve(baseFolder);
  return { kind: "data", file, sha256, columns, baseFolder: folder, reader };
}

async function hashTexts(file: string): Promise<string> {
  return hashFiles([file]).catch((cause: unknown) => {
    throw cannotRead(file, cause);
  });
}

async function describeResult(
  paths: EmbedPaths,
  manifest: EmbedManifest,
  cache: CacheCounts | undefined,
): Promise<VerbResult> {
  const { output } = paths;
  const { dimension, counts, shards } = manifest;
  const { images, texts, pairs } = counts;
  const failures: ItemFailure[] = await readFailures(paths, failuresListed);
  const written = pairs === undefined ? { images, texts } : { pairs };
  const parts = Object.entries(written).flatMap(([name, count]) =>
    count === undefined ? [] : [`${count} ${name}`],
  );
  return {
    document: {
      output,
      dimension,
      ...counts,
      failures,
      failureCount: counts.failures,
      failuresFile: paths.failures,
      manifest: paths.manifest,
      shards,
      ...(cache && { cache }),
    },
    text: `Wrote ${parts.join(" and ")} (${dimension} dimensions) to ${output}.`,
    failures,
    failureCount: counts.failures,
    failuresFile: paths.failures,
  };
}

function resumable(output: string): SemblanceError {
  return new SemblanceError({
    code: "INTERRUPTED",
    message: `Interrupted by Ctrl-C. What is done is kept in ${output}.`,
    fix: "The same command with --resume goes on, and gives the same files.",
  });
}
