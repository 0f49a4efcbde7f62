import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  benchmarkCache,
  makeOnce,
  nodePeers,
  pythonPeers,
  trainerPython,
  unlessMissing,
} from "../environment.ts";
import { openClipPython } from "../open-clip-python.ts";
import { runQuietly } from "../run-quietly.ts";
import { makeModel } from "./make-model.ts";
import type { TowerJob } from "./tower-job.ts";

/** One of those that are compared: a program that does a {@link TowerJob}. */
export interface System {
  readonly name: string;
  readonly program: string;
  readonly script: string;
  readonly dtype: TowerJob["dtype"];
  /** Without it there is nothing to compare; others are left out when they fail. */
  readonly isNeeded: boolean;
  /** It takes so long to start that a quick run has it once. */
  readonly isSlow: boolean;
  /** Whether its embeddings are to be those of the reference. */
  readonly hasSameWeights: boolean;
}

/** The systems that could be set up, and the part of their jobs that says where things lie. */
export interface Systems {
  readonly systems: readonly System[];
  readonly files: Pick<TowerJob, "model" | "checkpoint" | "nodePeers" | "openClipWeights">;
}

/** Makes models and environments, or takes them from the cache; a peer that fails is left out. */
export async function setUpSystems(): Promise<Systems> {
  const base = await trainerPython();
  const { model, checkpoint } = await makeModel("clip", base);
  const node = process.execPath;
  const jsPeers = await unlessMissing("transformers-js", () =>
    nodePeers("transformers-js", { "@huggingface/transformers": "4.3.1" }),
  );
  const openClip = await unlessMissing("open-clip", setUpOpenClip);
  const sentence = await unlessMissing("sentence-transformers", () => setUpSentence(base));
  const js = jsPeers === undefined ? undefined : node;
  const systems = [
    system("semblance", node, "semblance.ts", "fp32"),
    system("transformers-torch", base, "transformers_torch.py", "fp32"),
    system("forward", node, "forward.ts", "fp32"),
    system("transformers-js", js, "transformers-js.ts", "fp32"),
    system("semblance", node, "semblance.ts", "int8"),
    system("forward", node, "forward.ts", "int8"),
    system("transformers-js-q8", js, "transformers-js.ts", "int8"),
    system("open-clip", openClip?.python, "open_clip_towers.py", "fp32"),
    system("sentence-transformers", sentence, "sentence_transformers_towers.py", "fp32"),
  ].filter((found) => found !== undefined);
  const openClipWeights = openClip?.weights ?? "";
  return { systems, files: { model, checkpoint, nodePeers: jsPeers ?? "", openClipWeights } };
}

/** Nothing when the program could not be set up. */
function system(
  name: string,
  program: string | undefined,
  script: string,
  dtype: System["dtype"],
): System | undefined {
  if (program === undefined) return undefined;
  return {
    name,
    program,
    script: join(import.meta.dirname, "peers", script),
    dtype,
    isNeeded: ["semblance", "transformers-torch", "forward"].includes(name),
    isSlow: ["open-clip", "sentence-transformers"].includes(name),
    hasSameWeights: !["transformers-torch", "forward", "open-clip"].includes(name),
  };
}

async function setUpSentence(base: string): Promise<string> {
  return await pythonPeers({
    base,
    name: "sentence-transformers",
    requirements: ["sentence-transformers==6.2.0"],
    adds: "to base",
  });
}

async function setUpOpenClip() {
  const python = await openClipPython();
  const folder = join(benchmarkCache(), "open-clip-weights-1");
  const weights = join(folder, "vit-b-32.pt");
  await makeOnce(folder, async () => {
    await mkdir(folder);
    await runQuietly(python, [join(import.meta.dirname, "make_open_clip.py"), weights]);
  });
  return { python, weights };
}
