import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ModelError } from "@semblance/core";
import type { Device } from "../config.ts";

/** What {@link chooseDevice} goes by. */
export interface DeviceChoice {
  readonly device: Device | "auto";
  /** Whether the processor steps in where the device cannot be used. */
  readonly deviceFallback: boolean;
}

// CUDA and DirectML are the vendors' own ways; WebGPU works nearly everywhere, and is slower.
const byPreference: readonly Device[] = ["cuda", "dml", "coreml", "webgpu"];

/**
 * Finds out where graphs will run: a device counts when a small graph loads on it.
 *
 * @throws ModelError `DEVICE_UNAVAILABLE` says what there is, and what to install.
 */
export async function chooseDevice({ device, deviceFallback }: DeviceChoice): Promise<Device> {
  if (device === "cpu") return device;
  const candidates = device === "auto" ? byPreference : [device];
  const reasons: unknown[] = [];
  for (const candidate of candidates) {
    const reason = await reasonAgainst(candidate);
    if (reason === undefined) return candidate;
    reasons.push(reason);
  }
  if (device === "auto" || deviceFallback) return "cpu";
  throw await unavailable(device, reasons[0]);
}

/** Why a device cannot be used; nothing when it can. */
async function reasonAgainst(device: Device): Promise<unknown> {
  if (!(await listDevices()).includes(device))
    return `onnxruntime-node has no ${device} on this platform`;
  // Asked for without its files, the engine writes about it to stderr.
  if (device === "cuda" && !hasCudaFiles()) {
    return "the CUDA files of onnxruntime-node are not installed";
  }
  try {
    const { InferenceSession } = await loadEngine();
    const session = await InferenceSession.create(smallestGraph, {
      executionProviders: [device],
      logSeverityLevel: 4,
    });
    await session.release();
    return undefined;
  } catch (error) {
    return error;
  }
}

async function listDevices(): Promise<readonly string[]> {
  const { listSupportedBackends } = await loadEngine();
  return listSupportedBackends().map(({ name }) => name);
}

// Graphs run in threads, which load it for themselves: on the processor nobody needs it here.
function loadEngine(): Promise<typeof import("onnxruntime-node")> {
  return import("onnxruntime-node");
}

function hasCudaFiles(): boolean {
  const main = createRequire(import.meta.url).resolve("onnxruntime-node");
  const binaries = join(dirname(main), "../bin/napi-v6", process.platform, process.arch);
  return existsSync(join(binaries, "libonnxruntime_providers_cuda.so"));
}

async function unavailable(device: Device, cause: unknown): Promise<ModelError> {
  const reason = cause instanceof Error ? cause.message.trim() : String(cause);
  const present = (await listDevices()).filter((name) => name !== device && name !== "tensorrt");
  return new ModelError({
    code: "DEVICE_UNAVAILABLE",
    message: `Graphs cannot run on ${device}: ${reason}. onnxruntime-node here knows ${present.join(", ")} besides.`,
    fix: `${installHints[device]} Or choose device "cpu", or set deviceFallback.`,
    cause,
  });
}

const installHints: Readonly<Record<Device, string>> = {
  cpu: "",
  cuda: "Install an NVIDIA driver, CUDA 12 and cuDNN 9 (Linux x64), then `ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node`.",
  coreml: "CoreML is part of macOS.",
  dml: "DirectML is part of Windows: update the graphics driver.",
  webgpu: "Install a graphics driver, on Linux with Vulkan (libvulkan1).",
};

/** `y = Relu(x)`, one number, made with onnx's `helper.make_model` and encoded in base64. */
const smallestGraph: Uint8Array = Buffer.from(
  "CAg6MwoMCgF4EgF5IgRSZWx1EgFnWg8KAXgSCgoICAESBAoCCAFiDwoBeRIKCggIARIECgIIAUIECgAQDg==",
  "base64",
);
