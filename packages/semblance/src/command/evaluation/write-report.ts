import { writeFile } from "node:fs/promises";
import { type Item, SemblanceError, withoutUndefined } from "@semblance/core";
import { createSharpDecoder, encodeThumbnail } from "@semblance/encoder-onnx";
import { type ReportInput, renderReport } from "@semblance/eval/report";
import type { ModelCalibration } from "@semblance/matcher";
import type { VerbTools } from "../run-verb.ts";
import type { EvaluationManifest } from "./evaluation-manifest.ts";
import type { RunEvaluation } from "./run-evaluation.ts";

/** How many hits a report lists of each query. */
export const reportedHits = 10;

const limits = { maxPixels: 100_000_000, maxBytes: 256 * 1024 * 1024 };

/** Writes an evaluation as one HTML file, with thumbnails of its images. */
export async function writeReport(
  file: string,
  evaluation: RunEvaluation,
  manifest: EvaluationManifest,
  tools: Pick<VerbTools, "onProgress" | "signal">,
): Promise<void> {
  const { report, queries, images, texts, embeddings, stored } = evaluation;
  const html = await renderReport(
    withoutUndefined({
      facts: report,
      queries,
      images,
      texts,
      embeddings,
      calibration: stored.calibration?.calibration,
      calibratedOn: stored.calibration && nameOf(stored.calibration),
      abstention: stored.calibration?.abstention ?? undefined,
      calibrationWarning: stored.warning,
      manifest,
      thumbnail: createThumbnails(tools),
      signal: tools.signal,
    }),
  );
  await writeFile(file, html);
}

function nameOf({ data: { name, split } }: ModelCalibration): string {
  return split === null ? name : `${name}, split “${split}”`;
}

/** Pictures of items as `data:` URIs; none of an item whose image cannot be read any more. */
function createThumbnails({
  onProgress,
}: Pick<VerbTools, "onProgress">): NonNullable<ReportInput["thumbnail"]> {
  const decoder = createSharpDecoder();
  let done = 0;
  return async ({ content: [path] }: Item) => {
    onProgress({ stage: "making thumbnails", done: done++, unit: "images" });
    if (path === undefined) return undefined;
    try {
      const file = await encodeThumbnail(await decoder.decode(path, limits));
      return `data:image/webp;base64,${Buffer.from(file).toString("base64")}`;
    } catch (error) {
      if (SemblanceError.isInstance(error)) return undefined;
      throw error;
    }
  };
}
