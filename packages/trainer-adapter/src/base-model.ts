import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  decodeHead,
  headReference,
  ModelError,
  type ModelHead,
  parseConfig,
} from "@semblance/core";
import { z } from "zod";

/** A file's content, as `semblance.json` lists it. */
export interface FileFacts {
  readonly sha256: string;
  readonly bytes: number;
}

/** What a head is put beside. */
export interface BaseModel {
  readonly folder: string;
  /** Its files, but for what describes it: paths with `/`. */
  readonly files: readonly string[];
  /** Its `semblance.json`, where there is one. */
  readonly manifest?: Readonly<Record<string, unknown>>;
  /** The head that it has already. */
  readonly head: ModelHead;
}

// What a model is run and trained from; not the folder's papers, pickles, nor what a run leaves beside.
const modelFile = /(\.(json|txt|model|onnx|safetensors)|\.onnx[._]data(_\d+)?|\.data)$/;
const descriptions = new Set(["semblance.json", "matcher.json", "head.safetensors"]);

const manifestSchema = z.looseObject({ head: headReference.nullish() });

/** Reads what the start consists of. @throws ModelError for a start whose own head cannot be read. */
export async function openBaseModel(folder: string, dimension: number): Promise<BaseModel> {
  const names = ["", "onnx", "visual", "textual"];
  const lists = await Promise.all(names.map((name) => filesIn(folder, name)));
  const files = lists.flat().filter((file) => modelFile.test(file) && !descriptions.has(file));
  const manifest = await readManifest(folder);
  if (manifest === undefined) return { folder, files, head: {} };
  const reference = manifest.head ?? undefined;
  if (reference === undefined) return { folder, files, manifest, head: {} };
  const bytes = await readFile(join(folder, reference.file));
  const head = decodeHead(bytes, { tower: reference.tower, dimension });
  return { folder, files: files.filter((file) => file !== reference.file), manifest, head };
}

async function filesIn(folder: string, name: string): Promise<string[]> {
  const entries = await readdir(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" && name !== "") return [];
    throw error;
  });
  const paths = entries.map((entry) => (name === "" ? entry : `${name}/${entry}`));
  // Files of the hub's cache are links into it: stat follows them.
  const facts = await Promise.all(paths.map((path) => stat(join(folder, path))));
  return paths.filter((_, i) => facts[i]?.isFile());
}

async function readManifest(folder: string) {
  const path = join(folder, "semblance.json");
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return parseConfig(manifestSchema, JSON.parse(text), path);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    const fix = "Get the file again from where the model came from.";
    const message = `${path} is not JSON: ${cause.message}.`;
    throw new ModelError({ code: "MODEL_FILE_INVALID", message, fix, cause });
  }
}

const listed = z.record(z.string(), z.object({ sha256: z.string(), bytes: z.number() }));

/** The graphs of a base with their hashes: as its `semblance.json` lists them, else read. */
export async function graphFacts(base: BaseModel): Promise<Readonly<Record<string, FileFacts>>> {
  const known = listed.safeParse(base.manifest?.files).data ?? {};
  const graphs = base.files.filter((file) => /\.onnx([._]data(_\d+)?)?$/.test(file)).sort();
  const facts = new Map<string, FileFacts>();
  for (const file of graphs)
    facts.set(file, known[file] ?? (await hashFile(join(base.folder, file))));
  return Object.fromEntries(facts);
}

async function hashFile(path: string): Promise<FileFacts> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return { sha256: hash.digest("hex"), bytes: (await stat(path)).size };
}
