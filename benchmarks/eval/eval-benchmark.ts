import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EncodedPairs, encodeNpy, normalizeRows, toEmbeddings } from "@semblance/core";
import { evaluateRetrieval } from "@semblance/eval";
import { findPython } from "@semblance/trainer-bridge";
import { type BenchmarkResult, measureInTurn, type PreparedBenchmark, toRow } from "../measure.ts";
import { createRandom } from "../random.ts";
import { type Peer, startPeer } from "./peer.ts";

const dimension = 512;
const captionsPerImage = 5;

/**
 * Retrieval metrics of both directions from embeddings: ours (six metric families at three cut-offs,
 * without intervals) against the formula of CLIP_benchmark in PyTorch (recall@k at the same
 * cut-offs, batch 64).
 */
export async function prepareEvalBenchmark(options: {
  readonly isQuick: boolean;
}): Promise<PreparedBenchmark> {
  await using stack = new AsyncDisposableStack();
  const pairs = createPairs(options.isQuick ? 1000 : 5000);
  const folder = await mkdtemp(join(tmpdir(), "semblance-bench-"));
  stack.defer(() => rm(folder, { recursive: true }));
  await writeInputs(folder, pairs);
  const peer = stack.use(await startPeer(findPython({}), folder));
  const resources = stack.move();
  return {
    run: () => compare(pairs, peer, options.isQuick ? 3 : 5),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function compare(pairs: EncodedPairs, peer: Peer, rounds: number): Promise<BenchmarkResult> {
  const ours = async () => {
    const started = performance.now();
    await evaluateRetrieval(pairs, { confidence: false });
    return (performance.now() - started) / 1000;
  };
  const systems = { semblance: ours, "clip-benchmark": peer.run };
  const seconds = await measureInTurn(systems, rounds);
  const rows = Object.entries(seconds).map(([system, runs]) =>
    toRow({ system, case: "eval", unit: "s" }, runs),
  );
  const [own, other] = rows.map(({ value }) => value);
  const ratio = (other ?? Number.NaN) / (own ?? Number.NaN);
  return { rows, ratios: { "eval.vs.clip-benchmark": ratio }, failures: [] };
}

async function writeInputs(folder: string, { image, text }: EncodedPairs): Promise<void> {
  for (const [name, { data, count }] of Object.entries({ image, text })) {
    await writeFile(join(folder, `${name}.npy`), encodeNpy({ data, shape: [count, dimension] }));
  }
}

// Captions lie near their image, so that ranks are spread as those of a trained model are.
function createPairs(images: number): EncodedPairs {
  const random = createRandom(1);
  const image = Float32Array.from({ length: images * dimension }, () => random() - 0.5);
  const text = new Float32Array(images * captionsPerImage * dimension);
  for (let i = 0; i < text.length; i++) {
    const row = Math.floor(i / dimension / captionsPerImage);
    text[i] = (image[row * dimension + (i % dimension)] ?? 0) * 0.15 + random() - 0.5;
  }
  return {
    image: normalizeRows(toEmbeddings(image, dimension)),
    text: normalizeRows(toEmbeddings(text, dimension)),
    judgements: Array.from({ length: images * captionsPerImage }, (_, row) => ({
      text: row,
      image: Math.floor(row / captionsPerImage),
      relevance: 1,
    })),
  };
}
