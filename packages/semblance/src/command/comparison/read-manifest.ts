import { DatasetError, parseConfig } from "@semblance/core";
import { z } from "zod";
import type { EvaluationManifest } from "../evaluation/evaluation-manifest.ts";
import type { EvaluationRequest } from "../evaluation/run-evaluation.ts";

const text = z.string().nullable();

/** What decides the figures; the rest says where and when they were made. */
type Deciding = Omit<EvaluationManifest, "semblance" | "node" | "platform" | "created">;

// Not satisfied by a schema that leaves out something that decides.
const manifestSchema = z.object({
  model: text,
  imageEmbeddings: text,
  textEmbeddings: text,
  data: z.string(),
  split: text,
  columns: z.record(z.string(), z.string()).nullable(),
  baseFolder: text,
  reader: text,
  label: text,
  judgements: text.default(null),
  replaceJudgements: z.boolean().default(false),
  k: z.array(z.int().min(1)),
  ties: z.enum(["expected", "trec", "pessimistic", "optimistic"]),
  captionsPerImage: z.int().min(1).nullable(),
  folds: z.int().min(2).nullable(),
  dtype: z.enum(["fp32", "fp16", "int8"]).nullable(),
  device: z.enum(["cpu", "cuda", "coreml", "dml", "webgpu", "auto"]),
  batchSize: z.int().min(1).nullable(),
  seed: z.int().min(0),
  intervals: z.boolean(),
}) satisfies z.ZodType<Deciding>;

/** What a manifest of another machine may have elsewhere. */
export interface ManifestPlaces {
  readonly model?: string;
  readonly data?: string;
  readonly baseFolder?: string;
  readonly offline?: boolean;
  readonly python?: string;
}

/**
 * What to evaluate, as a document's manifest says.
 *
 * @param places - Take the place of what the manifest names.
 * @throws {@link DatasetError} with code `MANIFEST_INVALID` when the document has none, or not one of
 * this version.
 */
export function requestOf(
  document: { readonly manifest?: unknown },
  places: ManifestPlaces,
): EvaluationRequest {
  const manifest = parseManifest(document.manifest);
  const given = {
    model: manifest.model,
    imageEmbeddings: manifest.imageEmbeddings,
    textEmbeddings: manifest.textEmbeddings,
    split: manifest.split,
    columns: manifest.columns,
    baseFolder: manifest.baseFolder,
    reader: manifest.reader,
    label: manifest.label,
    judgements: manifest.judgements,
    replaceJudgements: manifest.replaceJudgements,
    captionsPerImage: manifest.captionsPerImage,
    folds: manifest.folds,
    batchSize: manifest.batchSize,
  };
  const known = Object.entries(given).filter(([, value]) => value !== null);
  return {
    ...Object.fromEntries(known),
    data: manifest.data,
    k: manifest.k,
    ties: manifest.ties,
    dtype: manifest.dtype ?? "fp32",
    device: manifest.device,
    seed: manifest.seed,
    ci: manifest.intervals,
    ...places,
  };
}

function parseManifest(manifest: unknown) {
  try {
    return parseConfig(manifestSchema, manifest, "manifest");
  } catch (cause) {
    throw new DatasetError({
      code: "MANIFEST_INVALID",
      message: `The document does not say how to run it again. ${String(cause)}`,
      fix: "Give a file that semblance eval -o FILE wrote.",
      cause,
    });
  }
}
