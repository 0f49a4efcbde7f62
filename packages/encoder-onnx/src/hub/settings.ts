import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import type { Dtype } from "../models/dtype.ts";
import type { ModelFormat } from "./files.ts";

/** How the hub is reached; all optional. What is left out comes from the hub's environment variables. */
export interface HubConfig {
  /** A branch, tag or commit. @defaultValue `"main"` */
  readonly revision?: string | undefined;
  /** @defaultValue the cache shared with Python: `HF_HUB_CACHE`, else `hub` in `HF_HOME` */
  readonly cacheFolder?: string | undefined;
  /** @defaultValue `HF_ENDPOINT`, else `https://huggingface.co` */
  readonly endpoint?: string | undefined;
  /** Sent to the endpoint's origin only. @defaultValue `HF_TOKEN`, else the one that `hf auth login` kept */
  readonly token?: string | undefined;
  /** Use what the cache has, and make no request. @defaultValue whether `HF_HUB_OFFLINE` is set */
  readonly offline?: boolean | undefined;
  /** Longest silence of the server before the request counts as failed. @defaultValue 30,000 ms */
  readonly timeoutMs?: number | undefined;
  /** Failures in a row, without a byte between them, that are followed by another try. @defaultValue 5 */
  readonly retries?: number | undefined;
  /** Pause before the first of them; doubles with each. @defaultValue 500 ms */
  readonly retryDelayMs?: number | undefined;
}

/** {@link HubConfig} with the environment and the defaults filled in. */
export interface HubSettings {
  readonly cacheFolder: string;
  /** Without a slash at the end. */
  readonly endpoint: string;
  readonly token: string | undefined;
  readonly offline: boolean;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly retryDelayMs: number;
}

const hubShape = {
  revision: z.string().min(1).optional().describe("A branch, tag or commit."),
  cacheFolder: z.string().min(1).optional().describe("Where files are kept."),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Address of the hub."),
  token: z.string().min(1).optional().describe("Access token for the hub."),
  offline: z.boolean().optional().describe("Make no request."),
  timeoutMs: z.int().positive().optional().describe("Longest silence of the server."),
  retries: z.int().nonnegative().optional().describe("Further tries after failures in a row."),
  retryDelayMs: z.int().nonnegative().optional().describe("Pause before the first retry."),
};

/** Schema of {@link HubConfig}. */
export const hubConfig: z.ZodType<HubConfig, HubConfig> = z.strictObject(hubShape);

/** What of a repository is downloaded; see `DownloadModelOptions`. */
export interface DownloadConfig extends HubConfig {
  readonly id: string;
  readonly format?: ModelFormat | undefined;
  readonly dtype?: Dtype | "auto" | undefined;
}

/** {@link DownloadConfig} with its defaults filled in. */
export interface DownloadSettings extends HubConfig {
  readonly id: string;
  readonly format: ModelFormat;
  readonly dtype: Dtype | "auto";
}

/** Schema of {@link DownloadConfig}. */
export const downloadConfig: z.ZodType<DownloadSettings, DownloadConfig> = z.strictObject({
  ...hubShape,
  id: z.string().describe("organisation/name, with or without @revision."),
  format: z.enum(["onnx", "safetensors"]).default("onnx").describe("What the model is wanted for."),
  dtype: z
    .enum(["fp32", "fp16", "int8", "auto"])
    .default("fp32")
    .describe("Precision of the ONNX files."),
});

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Fills in what a caller left open, from the variables that Python's huggingface_hub knows too:
 * `HF_ENDPOINT`, `HF_HUB_OFFLINE` (`TRANSFORMERS_OFFLINE`), `HF_TOKEN` (`HUGGING_FACE_HUB_TOKEN`),
 * `HF_TOKEN_PATH`, `HF_HOME`, `HF_HUB_CACHE` (`HUGGINGFACE_HUB_CACHE`), `XDG_CACHE_HOME`. This is the
 * only place of this package that reads them.
 *
 * @see https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
 */
export async function readHubSettings(
  config: HubConfig,
  environment: Environment = process.env,
): Promise<HubSettings> {
  const { timeoutMs = 30_000, retries = 5, retryDelayMs = 500 } = config;
  const home = hubHome(environment);
  const endpoint = config.endpoint ?? (environment.HF_ENDPOINT || "https://huggingface.co");
  const offline = environment.HF_HUB_OFFLINE || environment.TRANSFORMERS_OFFLINE;
  const cacheFolder =
    config.cacheFolder ?? environment.HF_HUB_CACHE ?? environment.HUGGINGFACE_HUB_CACHE;
  return {
    cacheFolder: resolve(expand(cacheFolder ?? join(home, "hub"), environment)),
    endpoint: endpoint.replace(/\/+$/, ""),
    token: config.token ?? (await findToken(home, environment)),
    offline: config.offline ?? isTrue(offline),
    timeoutMs,
    retries,
    retryDelayMs,
  };
}

function hubHome(environment: Environment): string {
  const caches = environment.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  return expand(environment.HF_HOME ?? join(caches, "huggingface"), environment);
}

async function findToken(home: string, environment: Environment): Promise<string | undefined> {
  const { HF_TOKEN, HUGGING_FACE_HUB_TOKEN, HF_TOKEN_PATH } = environment;
  if (isTrue(environment.HF_HUB_DISABLE_IMPLICIT_TOKEN)) return undefined;
  const named = (HF_TOKEN || HUGGING_FACE_HUB_TOKEN)?.trim();
  if (named) return named;
  const file = expand(HF_TOKEN_PATH ?? join(home, "token"), environment);
  // A token that cannot be read is as none: public models need none, and others say so.
  const kept = await readFile(file, "utf8").catch(() => "");
  return kept.trim() || undefined;
}

function isTrue(value: string | undefined): boolean {
  return ["1", "ON", "YES", "TRUE"].includes(value?.toUpperCase() ?? "");
}

// As Python's expanduser and expandvars do, so that both sides find the same folder.
function expand(path: string, environment: Environment): string {
  return path
    .replace(/^~(?=$|[/\\])/, homedir())
    .replace(/\$(?:(\w+)|\{(\w+)\})/g, (whole, plain, braced) => {
      return environment[plain ?? braced] ?? whole;
    });
}
