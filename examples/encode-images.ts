// The encoder alone: images and texts into unit vectors, with a bad file as one listed failure.
//   node examples/encode-images.ts MODEL IMAGE…
import { collect } from "@semblance/core";
import { createOnnxEncoder } from "@semblance/encoder-onnx";

const [model = ".demo/run", ...images] = process.argv.slice(2);
await using encoder = await createOnnxEncoder({ model });
if (!encoder.image || !encoder.text) throw new Error(`${model} lacks a tower.`);

const encoded = await collect(encoder.image.encode(images, { onError: "skip" }));
const texts = await collect(encoder.text.encode(["a red fruit", "a grey cat"]));
process.stdout.write(`${encoded.embeddings.count} images, ${texts.embeddings.count} texts, `);
process.stdout.write(`${encoder.dimension} dimensions\n`);
for (const { input, message } of encoded.failures) {
  process.stdout.write(`left out ${input}: ${message}\n`);
}
