import { open } from "node:fs/promises";
import { join } from "node:path";
import { type Metadata, type RunOptions, withoutUndefined } from "@semblance/core";
import { elementsOf, firstText, membersOf } from "../source/json-values.ts";
import { readLines } from "../source/read-lines.ts";
import { unpackOnce } from "../source/unpack-once.ts";
import { readTar, type TarMember } from "./read-tar.ts";

/** Files of an archive that share a name up to its first dot. */
export interface ShardSample {
  readonly key: string;
  /** Names of its pictures, in the unpacked folder; as {@link readShard} gives them, paths. */
  readonly images: readonly string[];
  readonly captions: readonly string[];
  readonly metadata: Metadata;
}

/** Options of {@link readShard}. */
export interface ShardOptions extends RunOptions {
  readonly cacheFolder?: string | undefined;
}

const listName = "samples.jsonl";
const imageEndings = new Set(["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "avif"]);
const endings = new Set([...imageEndings, "txt", "json"]);

/**
 * The samples of a shard. Its pictures are unpacked once, one by one, into a folder of the cache, where
 * a list says what belongs to them: see {@link unpackOnce}.
 */
export async function* readShard(
  file: string,
  options: ShardOptions,
): AsyncGenerator<ShardSample, void, undefined> {
  const { cacheFolder, signal } = options;
  const folder = await unpackOnce({
    file,
    ...withoutUndefined({ cacheFolder, signal }),
    unpack: (unpacked) => unpackShard(file, unpacked, options),
  });
  for await (const { text } of readLines(join(folder, listName), withoutUndefined({ signal }))) {
    const sample: ShardSample = JSON.parse(text);
    yield { ...sample, images: sample.images.map((name) => join(folder, name)) };
  }
}

async function unpackShard(file: string, folder: string, options: ShardOptions): Promise<void> {
  await using list = await open(join(folder, listName), "w");
  let number = 0;
  for await (const { key, members } of readSamples(file, options)) {
    const images: string[] = [];
    for (const [ending, bytes] of members) {
      if (!imageEndings.has(ending)) continue;
      // The key may be a path, or too long for a name.
      const name = `${number}.${ending}`;
      await using image = await open(join(folder, name), "w");
      await image.writeFile(bytes);
      images.push(name);
    }
    const sample: ShardSample = { key, images, ...wordsOf(members) };
    await list.writeFile(`${JSON.stringify(sample)}\n`);
    number++;
  }
}

/** Files by their ending, in lower case. */
type Members = Map<string, Uint8Array>;

async function* readSamples(
  file: string,
  options: RunOptions,
): AsyncGenerator<{ readonly key: string; readonly members: Members }, void, undefined> {
  let key: string | undefined;
  let members: Members = new Map();
  const wants = (name: string) => splitName(name) !== undefined;
  for await (const member of readTar(file, { ...options, wants })) {
    const { key: own, ending } = splitName(member.name) ?? { key: "", ending: "" };
    if (key !== undefined && own !== key) {
      yield { key, members };
      members = new Map();
    }
    key = own;
    members.set(ending, member.bytes);
  }
  if (key !== undefined) yield { key, members };
}

function splitName(name: TarMember["name"]): { key: string; ending: string } | undefined {
  const [, key, written = ""] = /^(?:\.\/)?((?:.*\/)?[^/.]+)\.([^/]+)$/.exec(name) ?? [];
  const ending = written.toLowerCase();
  return key === undefined || !endings.has(ending) ? undefined : { key, ending };
}

function wordsOf(members: Members): Pick<ShardSample, "captions" | "metadata"> {
  const read = (ending: string) => new TextDecoder().decode(members.get(ending));
  const { caption, captions, text, ...others } = membersOf(parse(read("json"))) ?? {};
  const lines = read("txt").split(/\r?\n/);
  const written = [lines, elementsOf(captions) ?? [], [firstText(caption, text)]]
    .map((list) => list.flatMap((line) => firstText(line)?.trim() ?? []))
    .find((list) => list.length > 0);
  const metadata = Object.entries(others).filter(isMetadata);
  return { captions: written ?? [], metadata: Object.fromEntries(metadata) };
}

function isMetadata(entry: [string, unknown]): entry is [string, string | number | boolean] {
  return ["string", "number", "boolean"].includes(typeof entry[1]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A sample without a caption is listed as one.
    return undefined;
  }
}
