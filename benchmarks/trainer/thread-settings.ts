import { availableParallelism } from "node:os";

/** Threads of every system. */
export const threads: number = availableParallelism();

/** The environment of every system: as many threads as there are cores, which wait without spinning. */
export const environment: NodeJS.ProcessEnv = {
  OMP_WAIT_POLICY: "PASSIVE",
  OMP_NUM_THREADS: String(threads),
  MKL_NUM_THREADS: String(threads),
  // The processor is compared, also where a peer could use more.
  CUDA_VISIBLE_DEVICES: "",
  HF_HUB_OFFLINE: "1",
};
