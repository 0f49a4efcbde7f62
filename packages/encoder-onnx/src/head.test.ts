import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  applyHead,
  collect,
  createRandom,
  type Embeddings,
  type Encoder,
  encodeHead,
  type ModelHead,
  normalizeRows,
  rowOf,
  toEmbeddings,
  towerOfHead,
} from "@semblance/core";
import { expect, test } from "vitest";
import { createOnnxEncoder } from "./create-onnx-encoder.ts";
import { copyFixture, type FixtureCopy } from "./fixtures/copy-fixture.ts";
import { fixturePath } from "./fixtures/fixture-path.ts";
import { copyWithGraphs } from "./fixtures/graph-model.ts";

const images = ["rgb.jpg", "grey.jpg"].map((name) => fixturePath(`images/${name}`));
const texts = ["a photo", "two dogs on a beach", "a"];

function randomWeight(seed: number, dimension = 8): Embeddings {
  const random = createRandom(seed);
  return toEmbeddings(
    Float32Array.from({ length: dimension ** 2 }, () => random() - 0.5),
    dimension,
  );
}

async function addHead(model: FixtureCopy, head: ModelHead): Promise<void> {
  await model.write("head.safetensors", encodeHead(head));
  await model.patch("semblance.json", {
    head: { file: "head.safetensors", tower: towerOfHead(head) },
  });
}

async function embed(encoder: Encoder): Promise<Record<"image" | "text", Embeddings>> {
  const image = await collect(encoder.image?.encode(images) ?? []);
  const text = await collect(encoder.text?.encode(texts) ?? []);
  return { image: image.embeddings, text: text.embeddings };
}

async function embedAt(folder: string): Promise<Record<"image" | "text", Embeddings>> {
  await using encoder = await createOnnxEncoder({ model: folder });
  return await embed(encoder);
}

/** What a head makes of unit vectors, for which it does not matter how long they were. */
function behind(vectors: Embeddings, weight: Embeddings): Embeddings {
  return normalizeRows(toEmbeddings(applyHead(vectors, weight), weight.dimension));
}

function expectClose(found: Embeddings, expected: Embeddings): void {
  expect(found.count).toBe(expected.count);
  for (const [i, value] of expected.data.entries()) {
    expect(Math.abs(value - (found.data[i] ?? Number.NaN))).toBeLessThan(1e-6);
  }
}

test.each(["tiny-clip", "tiny-siglip"])("%s: a head maps its tower's vectors", async (name) => {
  await using model = await copyFixture(name);
  const plain = await embedAt(model.folder);
  const { dimension } = plain.text;
  const [image, text] = [randomWeight(1, dimension), randomWeight(2, dimension)];
  await addHead(model, { image, text });
  const mapped = await embedAt(model.folder);
  expectClose(mapped.image, behind(plain.image, image));
  expectClose(mapped.text, behind(plain.text, text));
  expect(rowOf(mapped.text, 0)).not.toEqual(rowOf(plain.text, 0));
});

test("of a joint graph, each side's vectors go through its own head", async () => {
  await using model = await copyWithGraphs({ "onnx/model.onnx": "joint" });
  const manifest = {
    name: "joint",
    dimension: 8,
    scoring: { logitScale: 1, logitBias: 0 },
    files: {},
  };
  const scoring = { kind: "softmax", ...manifest.scoring };
  await model.write("semblance.json", JSON.stringify({ schema: 1, ...manifest, scoring }));
  const plain = await embedAt(model.folder);
  const text = randomWeight(3);
  await addHead(model, { text });
  const mapped = await embedAt(model.folder);
  expect(mapped.image).toEqual(plain.image);
  expectClose(mapped.text, behind(plain.text, text));
});

test("a head gives its tower another id, so that stored vectors of the other stay valid", async () => {
  await using model = await copyFixture("tiny-clip");
  const idsOf = async () => {
    await using encoder = await createOnnxEncoder({ model: model.folder });
    return { encoder: encoder.id, image: encoder.image?.id, text: encoder.text?.id };
  };
  const plain = await idsOf();
  await addHead(model, { text: randomWeight(4) });
  const one = await idsOf();
  await addHead(model, { text: randomWeight(5) });
  const other = await idsOf();
  expect(new Set([plain, one, other].map(({ text }) => text)).size).toBe(3);
  expect(new Set([plain, one, other].map(({ encoder }) => encoder)).size).toBe(3);
  expect([one.image, other.image]).toEqual([plain.image, plain.image]);
});

test.each([
  ["that is not there", "MODEL_FILE_MISSING", () => undefined],
  ["that is cut off", "SAFETENSORS_INVALID", (bytes: Uint8Array) => bytes.subarray(0, 90)],
  [
    "of another dimension",
    "HEAD_INVALID",
    () => encodeHead({ text: toEmbeddings(Float32Array.of(1, 0, 0, 1), 2) }),
  ],
])("a head %s is a %s", async (_, code, spoil) => {
  await using model = await copyFixture("tiny-clip");
  const head = { text: randomWeight(6) };
  await addHead(model, head);
  const bytes = spoil(encodeHead(head));
  if (bytes === undefined) await model.remove("head.safetensors");
  else await writeFile(join(model.folder, "head.safetensors"), bytes);
  await expect(createOnnxEncoder({ model: model.folder })).rejects.toMatchObject({
    code,
    fix: expect.stringMatching(/\w/),
  });
});

test("a head whose file leads out of the folder is refused unread", async () => {
  await using model = await copyFixture("tiny-clip");
  await model.patch("semblance.json", { head: { file: "../secret", tower: "text" } });
  await expect(createOnnxEncoder({ model: model.folder })).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringMatching(/head\.file/),
  });
});

test("a head that is not the one whose hash is listed is refused", async () => {
  await using model = await copyFixture("tiny-clip");
  await addHead(model, { text: randomWeight(7) });
  const listed = { "head.safetensors": { sha256: "0".repeat(64), bytes: 1 } };
  await model.patch("semblance.json", { files: listed });
  await expect(createOnnxEncoder({ model: model.folder })).rejects.toMatchObject({
    code: "MODEL_FILE_CHANGED",
  });
});
