import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { chmod, copyFile, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type EmbeddingFitSpec, encodeHead, towerOfHead } from "@semblance/core";
import { type BaseModel, graphFacts } from "./base-model.ts";
import { composeHeads } from "./compose-heads.ts";
import { asTrainerError } from "./file-failure.ts";
import type { AdapterFitOptions } from "./hyperparameters.ts";
import { describeModel } from "./model-card.ts";
import type { FitOutcome } from "./run-fit.ts";

/** What {@link writeRun} makes a model folder of. */
export interface WrittenRun {
  readonly spec: EmbeddingFitSpec;
  readonly options: AdapterFitOptions;
  readonly outcome: FitOutcome;
  readonly fitSeconds: number;
  /** Absolute; holds `job/`. */
  readonly runFolder: string;
  /** The start. */
  readonly base: BaseModel;
}

const headFile = "head.safetensors";
// What a model of an earlier fit may have left, beside the files that this one has too.
const outdated = /^(onnx|README\.md|(head|model.*)\.safetensors(\.index\.json)?)$/;

/**
 * Makes the run folder a model folder: the start's files, the head, and what describes them. Everything
 * is written beside and then moved; `semblance.json`, which makes it a model, comes last.
 *
 * @throws {@link TrainerError} `DISK_FULL` or `EXPORT_FAILED`
 */
export async function writeRun(run: WrittenRun): Promise<void> {
  const { runFolder, base } = run;
  const partial = join(runFolder, "job", "model");
  await asTrainerError(async () => {
    try {
      for (const file of base.files) await copy(join(base.folder, file), join(partial, file));
      await describe(run, partial);
      await moveModel(partial, runFolder);
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
    const result = { ok: true, result: resultOf(run) };
    await writeFile(join(runFolder, "job", "exit.json"), `${JSON.stringify(result)}\n`);
  });
}

// A clone where the file system shares blocks; never a hard link: whoever writes into the run's file
// later would change the start's.
async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  const { mode } = await stat(to);
  await chmod(to, mode | constants.S_IWUSR); // the start's may be for reading alone
}

async function describe(run: WrittenRun, folder: string): Promise<void> {
  const { outcome, spec, base } = run;
  const head = composeHeads(base.head, outcome.head);
  const hasHead = Object.keys(head).length > 0;
  const bytes = hasHead ? encodeHead(head) : new Uint8Array();
  if (hasHead) await writeFile(join(folder, headFile), bytes);
  const graphs = await graphFacts(base);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const isKept = outcome.kept === "start";
  const { weights: baseWeights, certificate = null, license = null } = base.manifest ?? {};
  const baseName = String(base.manifest?.name ?? basename(spec.model));
  const manifest = {
    ...base.manifest,
    schema: 1,
    name: basename(run.runFolder),
    base: baseName,
    license,
    dimension: spec.train.text.dimension,
    scoring: spec.scoring,
    files: { ...graphs, ...(hasHead && { [headFile]: { sha256, bytes: bytes.length } }) },
    // Without a change it is the start's; where that has none, its graphs are hashed by whoever asks.
    ...(isKept ? {} : { weights: hashOf([baseWeights ?? graphs, sha256]) }),
    certificate: isKept ? certificate : null,
    calibration: isKept ? (base.manifest?.calibration ?? null) : null,
    head: hasHead ? { file: headFile, tower: towerOfHead(head) } : null,
  };
  const card = describeModel({
    ...run,
    name: manifest.name,
    base: baseName,
    license: typeof license === "string" ? license : null,
    tower: hasHead ? towerOfHead(head) : run.options.hyperparameters.tower,
  });
  await writeFile(join(folder, "README.md"), card);
  await writeFile(join(folder, "semblance.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

async function moveModel(from: string, to: string): Promise<void> {
  const names = (await readdir(from)).sort(
    (a, b) => Number(a === "semblance.json") - Number(b === "semblance.json"),
  );
  for (const name of await readdir(to)) {
    const isReplaced = names.includes(name) || outdated.test(name);
    if (isReplaced) await rm(join(to, name), { recursive: true });
  }
  for (const name of names) await rename(join(from, name), join(to, name));
}

/** The result as a fit in Python leaves it: typed arrays as lists. */
function resultOf({ outcome, fitSeconds, runFolder }: WrittenRun): object {
  const { head: _, judged, ...rest } = outcome;
  const { start, candidate, groups } = judged;
  const lists = { start: [...start], candidate: [...candidate], groups: [...groups] };
  const timing = { fit: fitSeconds, export: 0 };
  return { ...rest, judged: { ...judged, ...lists }, timing, failures: [], model: runFolder };
}
