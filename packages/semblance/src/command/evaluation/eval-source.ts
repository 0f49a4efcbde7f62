import { readFile } from "node:fs/promises";
import {
  DatasetError,
  decodeNpyEmbeddings,
  type Embeddings,
  withoutUndefined,
} from "@semblance/core";
import type { EvaluateDatasetOptions, ModelFacts } from "@semblance/matcher";
import { createModelProvider } from "../../create-model-provider.ts";
import { readRowIds } from "../../embed/read-row-ids.ts";
import { hashFiles } from "../../model-hash.ts";
import type { ModelOptions } from "../common-options.ts";
import type { VerbTools } from "../run-verb.ts";
import { readStoredCalibration, type StoredCalibration } from "./stored-calibration.ts";

/** Where the vectors to evaluate come from: a model, or a file for each side. */
export interface EvalSourceOptions extends ModelOptions {
  readonly model?: string;
  readonly imageEmbeddings?: string;
  readonly textEmbeddings?: string;
}

/** Vectors to evaluate, and what the result says of them. */
export interface EvalSource extends AsyncDisposable {
  readonly vectors: EvaluateDatasetOptions["source"];
  readonly facts: ModelFacts;
  readonly stored: StoredCalibration;
}

/**
 * Opens the model, or reads both files.
 *
 * @throws {@link ModelError} for a model that cannot be opened, {@link DatasetError} with code
 * `FILE_NOT_FOUND` or `NPY_INVALID` for a file that cannot be read.
 */
export async function openEvalSource(
  options: EvalSourceOptions,
  { onProgress, signal }: VerbTools,
): Promise<EvalSource> {
  const { model, imageEmbeddings, textEmbeddings, dtype, python, offline, device } = options;
  if (model === undefined) return readSource(imageEmbeddings ?? "", textEmbeddings ?? "");
  const provider = createModelProvider({ python, dtype, device, hub: { offline } });
  const opened = await provider.open(model, { onProgress, signal });
  const { encoder } = opened;
  const sha256 = (await opened.hashWeights?.()) ?? null;
  return {
    vectors: encoder,
    facts: { id: encoder.id, name: encoder.name, dtype: opened.dtype ?? null, sha256 },
    stored: await readStoredCalibration(opened),
    [Symbol.asyncDispose]: () => encoder[Symbol.asyncDispose](),
  };
}

async function readSource(imageFile: string, textFile: string): Promise<EvalSource> {
  const image = await readEmbeddings(imageFile);
  const text = await readEmbeddings(textFile);
  requireSameDimension(image, text);
  const sha256 = await hashFiles([imageFile, textFile]);
  const ids = withoutUndefined({
    image: await readRowIds(imageFile, "image"),
    text: await readRowIds(textFile, "text"),
  });
  return {
    vectors: { image, text, ids },
    facts: { id: null, name: "embeddings", dtype: null, sha256 },
    stored: { warning: "The vectors were read from files, which hold no calibration." },
    [Symbol.asyncDispose]: async () => {},
  };
}

async function readEmbeddings(file: string): Promise<Embeddings> {
  const position = { file };
  const bytes = await readFile(file).catch((cause: unknown) => {
    const fix = "Give a .npy file of float32 rows.";
    const message = `Cannot read ${file}.`;
    throw new DatasetError({ code: "FILE_NOT_FOUND", message, fix, cause, position });
  });
  try {
    return decodeNpyEmbeddings(bytes);
  } catch (cause) {
    if (!DatasetError.isInstance(cause)) throw cause;
    const { code, fix = "" } = cause;
    const message = `${file} cannot be used. ${cause.message}`;
    throw new DatasetError({ code, message, fix, cause, position });
  }
}

function requireSameDimension(image: Embeddings, text: Embeddings): void {
  if (image.dimension === text.dimension) return;
  throw new DatasetError({
    code: "EMBEDDINGS_MISMATCH",
    message: `Image embeddings have ${image.dimension} dimensions, text embeddings ${text.dimension}.`,
    fix: "Give embeddings of both towers of one model.",
  });
}
