import { pythonPeers, trainerPython } from "./environment.ts";

/** The interpreter of an environment with open_clip and its PyTorch, made when missing. */
export async function openClipPython(): Promise<string> {
  // About 5 GB on Linux: torchvision from PyPI fits PyTorch from PyPI alone, not the CPU's build that base has ("==" takes both).
  return await pythonPeers({
    base: await trainerPython(),
    name: "open-clip",
    requirements: ["torch===2.13.0", "torchvision==0.28.0", "open_clip_torch==3.3.0"],
    adds: "to nothing",
  });
}
