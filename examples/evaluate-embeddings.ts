// Metrics from embeddings that you have: no model, no native code.
import { normalizeRows, toEmbeddings } from "@semblance/core";
import { evaluateRetrieval } from "@semblance/eval";

const image = normalizeRows(toEmbeddings(Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), 3));
const text = normalizeRows(toEmbeddings(Float32Array.of(2, 1, 0, 1, 3, 0, 0, 2, 1, 0, 0, 1), 3));

// The first image has two captions; relevance can be many-to-many and graded.
const judgements = [
  { text: 0, image: 0, relevance: 1 },
  { text: 1, image: 0, relevance: 1 },
  { text: 2, image: 1, relevance: 1 },
  { text: 3, image: 2, relevance: 1 },
];

const { metrics } = await evaluateRetrieval({ image, text, judgements }, { cutoffs: [1, 2] });
for (const name of ["t2i.hit@1", "t2i.hit@2", "i2t.hit@1", "i2t.recall@1"]) {
  const { value, ci95 } = metrics[name] ?? {};
  process.stdout.write(
    `${name} ${value?.toFixed(3)} [${ci95?.map((bound) => bound.toFixed(3))}]\n`,
  );
}
