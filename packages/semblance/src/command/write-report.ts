import { writeFile } from "node:fs/promises";
import { type Item, SemblanceError, withoutUndefined } from "@semblance/core";
import { createSharpDecoder, encodeThumbnail } from "@semblance/encoder-onnx";
import { type ReportInput, renderReport } from "@semblance/eval/report";
import type { DatasetEvaluation } from "@semblance/matcher";
import type { EvaluationManifest } from "./evaluation-manifest.ts";
import type { VerbTools } from "./run-verb.ts";

/** How many hits a report lists of each query. */
export const reportedHits = 10;

const limits = { maxPixels: 100_000_000, maxBytes: 256 * 1024 * 1024 };

/** Writes an evaluation as one HTML file, with thumbnails of its images. */
export async function writeReport(
  file: string,
  evaluation: DatasetEvaluation,
  manifest: EvaluationManifest,
  tools: Pick<VerbTools, "onProgress" | "signal">,
): Promise<void> {
  const { report, queries, images, texts, embeddings } = evaluation;
  const html = await renderReport(
    withoutUndefined({
      facts: report,
      queries,
      images,
      texts,
      embeddings,
      manifest,
      thumbnail: createThumbnails(tools),
      signal: tools.signal,
    }),
  );
  await writeFile(file, html);
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
