import { pythonPeers, trainerPython, unlessMissing } from "../environment.ts";
import { openClipPython } from "../open-clip-python.ts";
import type { Peer } from "./run-peer.ts";

/** Ours is made by the benchmark itself; of these, those that could be set up. */
export interface Peers {
  readonly autogluon: Peer | undefined;
  readonly "sentence-transformers": Peer | undefined;
  readonly "open-clip": Peer | undefined;
  /** The step alone, in the environment of ours: never missing. */
  readonly "bare-loop": Peer;
}

/** Makes the environments, about 8 GB with open_clip's, or takes them from the cache. */
export async function setUpPeers(): Promise<Peers> {
  const base = await trainerPython();
  return {
    autogluon: await unlessMissing("autogluon", setUpAutogluon),
    "sentence-transformers": await unlessMissing("sentence-transformers", () =>
      setUpSentence(base),
    ),
    "open-clip": await unlessMissing("open-clip", setUpOpenClip),
    "bare-loop": { python: base, script: "bare_loop.py" },
  };
}

async function setUpAutogluon(): Promise<Peer> {
  const python = await pythonPeers({
    base: await openClipPython(),
    name: "autogluon",
    requirements: ["autogluon.multimodal==1.6.3"],
    adds: "to base",
    builds: ["seqeval", "nvidia-ml-py3", "antlr4-python3-runtime"],
  });
  return { python, script: "autogluon_fit.py" };
}

async function setUpSentence(base: string): Promise<Peer> {
  const python = await pythonPeers({
    base,
    name: "sentence-transformers-train",
    requirements: ["sentence-transformers[train]==6.2.0"],
    adds: "to base",
  });
  return { python, script: "sentence_transformers_train.py" };
}

async function setUpOpenClip(): Promise<Peer> {
  const python = await pythonPeers({
    base: await openClipPython(),
    name: "open-clip-train",
    requirements: ["pandas==2.3.3", "webdataset==1.0.2", "braceexpand==0.1.7"],
    adds: "to base",
  });
  return { python, script: "open_clip_train_job.py" };
}
