// All that `evaluateRetrieval` measures by default, with intervals, from the .npy files in a folder.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeNpyEmbeddings } from "@semblance/core";
import { evaluateRetrieval } from "@semblance/eval";
import { answerRuns } from "./answer-runs.ts";

const folder = process.argv[2] ?? "";
const read = async (name: string) => decodeNpyEmbeddings(await readFile(join(folder, name)));
const image = await read("image.npy");
const text = await read("text.npy");
const captionsPerImage = text.count / image.count;
const judgements = Array.from({ length: text.count }, (_, row) => {
  return { text: row, image: Math.floor(row / captionsPerImage), relevance: 1 };
});

await answerRuns(async () => {
  const { metrics } = await evaluateRetrieval({ image, text, judgements });
  return ["t2i", "i2t"].flatMap((direction) =>
    [1, 5, 10].map((k) => metrics[`${direction}.hit@${k}`]?.value ?? Number.NaN),
  );
});
