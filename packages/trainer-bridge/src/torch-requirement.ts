import { runCommand } from "./run-command.ts";

/** The version of PyTorch that the package is made with. */
const torchVersion = "2.13.0";

/** What to install, and where to look when the places that are configured do not have it. */
export interface TorchRequirement {
  /** `"torch==2.13.0+cpu"` */
  readonly requirement: string;
  readonly fallbackIndex?: string;
}

const choices = ["auto", "cpu", "cuda"];

const cpuIndex = "https://download.pytorch.org/whl/cpu";

/**
 * `"cpu"`, `"cuda"`, `"auto"` (CUDA where an NVIDIA GPU answers, else the CPU), or a version such as
 * `"2.12.1"` or `"2.12.1+cu130"`.
 *
 * @throws RangeError when it is none of these.
 */
export async function chooseTorch(choice: string): Promise<TorchRequirement> {
  if (/^\d/.test(choice)) return { requirement: `torch==${choice}` };
  if (!choices.includes(choice)) {
    throw new RangeError(`torch: expected ${choices.join(", ")} or a version, found "${choice}".`);
  }
  const isMac = process.platform === "darwin"; // one build for all Macs
  const plain = { requirement: `torch==${torchVersion}` };
  if (isMac || choice === "cuda") return plain;
  if (choice === "auto" && (await hasNvidiaGpu())) return plain;
  return { requirement: `torch==${torchVersion}+cpu`, fallbackIndex: cpuIndex };
}

async function hasNvidiaGpu(): Promise<boolean> {
  const { exitCode, log } = await runCommand({ program: "nvidia-smi", parameters: ["-L"] });
  return exitCode === 0 && log.includes("GPU ");
}
