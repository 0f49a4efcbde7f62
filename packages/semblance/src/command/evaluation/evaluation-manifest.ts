import type { TieMode } from "@semblance/core";
import type { RetrievalReport } from "@semblance/matcher";
import { version } from "../../version.ts";
import type { EvaluationRequest } from "./run-evaluation.ts";

/** What it takes to run an evaluation again: `manifest` in the document of `eval`. */
export interface EvaluationManifest {
  readonly semblance: string;
  readonly node: string;
  readonly platform: string;
  readonly created: string;
  readonly model: string | null;
  readonly imageEmbeddings: string | null;
  readonly textEmbeddings: string | null;
  readonly data: string;
  readonly split: string | null;
  readonly columns: Readonly<Record<string, string>> | null;
  readonly baseFolder: string | null;
  /** The name of the reader asked for; `null` where the data said it. */
  readonly reader: string | null;
  /** The relevance column. */
  readonly label: string | null;
  /** A file of judgements beside the data's own, or in their place. */
  readonly judgements: string | null;
  readonly replaceJudgements: boolean;
  readonly k: readonly number[];
  readonly ties: TieMode;
  readonly captionsPerImage: number | null;
  readonly folds: number | null;
  readonly dtype: string | null;
  readonly device: string;
  readonly batchSize: number | null;
  readonly seed: number;
  readonly intervals: boolean;
}

/** The manifest of an evaluation that was made as requested. */
export function manifestOf(
  request: EvaluationRequest,
  report: RetrievalReport,
): EvaluationManifest {
  return {
    semblance: version,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    created: new Date().toISOString(),
    model: request.model ?? null,
    imageEmbeddings: request.imageEmbeddings ?? null,
    textEmbeddings: request.textEmbeddings ?? null,
    data: request.data,
    split: report.dataset.split,
    columns: request.columns ?? null,
    baseFolder: request.baseFolder ?? null,
    reader: request.reader ?? null,
    label: request.label ?? null,
    judgements: request.judgements ?? null,
    replaceJudgements: request.replaceJudgements ?? false,
    k: request.k,
    ties: report.protocol.ties,
    captionsPerImage: report.protocol.captionsPerImage,
    folds: report.protocol.folds,
    dtype: report.model.dtype,
    device: request.device,
    batchSize: request.batchSize ?? null,
    seed: request.seed,
    intervals: request.ci,
  };
}
