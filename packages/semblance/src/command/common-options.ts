import { createReaders } from "@semblance/data";
import type { OnnxEncoderConfig } from "@semblance/encoder-onnx";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { OutputOptions } from "./run-verb.ts";

/** Options for how a verb writes, which all have. */
export function addOutputOptions(verb: Command): Command {
  return verb
    .option("--json", "one JSON document on stdout")
    .option("--quiet", "no progress and no notes")
    .option("--verbose", "more in the result, and stack traces with errors")
    .option("--seed <number>", "decides everything random", parseCount, 0);
}

/** Options as commander gives them. */
export interface SeedOptions extends OutputOptions {
  readonly seed: number;
}

/** Options for how a verb reads data. */
export function addDataOptions(verb: Command): Command {
  return verb
    .option("--columns <roles>", "own column names: image=filepath,caption=title", parseColumns)
    .option("--base-folder <folder>", "what relative image paths are relative to");
}

/** What {@link addDataOptions} adds. */
export interface DataOptions {
  readonly columns?: Record<string, string>;
  readonly baseFolder?: string;
}

/** `--reader`, for verbs that read datasets of every format. */
export function addReaderOption(verb: Command): Command {
  const names = createReaders().map(({ name }) => name);
  return verb.addOption(
    new Option("--reader <name>", "the format of the data, where it cannot be told").choices(names),
  );
}

/** What {@link addReaderOption} adds. */
export interface ReaderOptions {
  readonly reader?: string;
}

/** Options for how a verb runs a model. */
export function addModelOptions(verb: Command): Command {
  return addOfflineOption(verb)
    .option(
      "--dtype <type>",
      "precision of the ONNX files: fp32, fp16, int8, auto",
      parseDtype,
      "fp32",
    )
    .option(
      "--device <device>",
      `where the ONNX files run: ${devices.join(", ")}`,
      parseDevice,
      "cpu",
    )
    .option("--batch-size <number>", "items that go through the model at once", parsePositive)
    .option("--python <path>", "the Python that exports a checkpoint");
}

/** `--offline`: models that are named by their hub id must be in the cache. Nothing else uses the network. */
export function addOfflineOption(verb: Command): Command {
  return verb.option("--offline", "download no model: one named by hub id must be in the cache");
}

/** What {@link addOfflineOption} adds. */
export interface OfflineOptions {
  readonly offline?: boolean;
}

/** Precision of ONNX files. */
type Dtype = NonNullable<OnnxEncoderConfig["dtype"]>;

/** Where ONNX files run. */
type Device = NonNullable<OnnxEncoderConfig["device"]>;

const devices: readonly Device[] = ["cpu", "cuda", "coreml", "dml", "webgpu", "auto"];

/** What {@link addModelOptions} adds. */
export interface ModelOptions extends OfflineOptions {
  readonly dtype: Dtype;
  readonly device: Device;
  readonly batchSize?: number;
  readonly python?: string;
}

/** `image=filepath,caption=title` as roles to column names. */
export function parseColumns(text: string): Record<string, string> {
  const pairs = text.split(",").map((part) => part.split("="));
  const isWhole = pairs.every(
    (pair) => pair.length === 2 && pair.every((side) => side.trim() !== ""),
  );
  if (!isWhole) throw new InvalidArgumentError("Write role=column, for example image=filepath.");
  return Object.fromEntries(pairs.map(([role = "", column = ""]) => [role.trim(), column.trim()]));
}

/** `1,5,10` as numbers, each once. */
export function parseCutoffs(text: string): number[] {
  return [...new Set(text.split(",").map((part) => parsePositive(part.trim())))];
}

/** `180`, `180s`, `3m` or `1h` as seconds. */
export function parseDuration(text: string): number {
  const [, amount, unit = "s"] = /^(\d+(?:\.\d+)?)\s*(s|m|h)?$/.exec(text.trim()) ?? [];
  const seconds = Number(amount) * { s: 1, m: 60, h: 3600 }[unit as "s" | "m" | "h"];
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError("Write a duration such as 180s, 3m or 1h.");
}

/** A JSON object. */
export function parseJsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Falls through to the same message: what is not JSON is not a JSON object either.
  }
  throw new InvalidArgumentError('Write a JSON object, for example {"learningRate": 1e-5}.');
}

/** A positive integer. */
export function parsePositive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("Write a positive whole number.");
}

/** A whole number of at least 2. */
export function parseFolds(text: string): number {
  if (parsePositive(text) > 1) return Number(text);
  throw new InvalidArgumentError("Write a whole number of at least 2.");
}

function parseCount(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= 0 && value < 2 ** 32) return value;
  throw new InvalidArgumentError("Write a whole number from 0 to 4294967295.");
}

function parseDtype(text: string): Dtype {
  if (text === "fp32" || text === "fp16" || text === "int8" || text === "auto") return text;
  throw new InvalidArgumentError("Write fp32, fp16, int8 or auto.");
}

function parseDevice(text: string): Device {
  const device = devices.find((known) => known === text);
  if (device !== undefined) return device;
  throw new InvalidArgumentError(`Write one of ${devices.join(", ")}.`);
}

/** Where training runs. */
export function parseTrainingDevice(text: string): "auto" | "cpu" | "cuda" | "mps" {
  if (text === "auto" || text === "cpu" || text === "cuda" || text === "mps") return text;
  throw new InvalidArgumentError("Write auto, cpu, cuda or mps.");
}
