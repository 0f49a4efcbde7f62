import { join } from "node:path";
import type { Encoder, ImageInput, Tower } from "@semblance/core";
import { createFakeEncoder } from "@semblance/core/conformance";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import type { EmbedFacts } from "./embed-facts.ts";
import { embedPaths } from "./embed-paths.ts";
import { embedToFolder } from "./embed-to-folder.ts";
import type { RoomOptions } from "./output-room.ts";

const { image: _, ...textsOnly } = createFakeEncoder();

function embedPhotos(encoder: Encoder, folder: string, options: RoomOptions = {}) {
  const facts: EmbedFacts = {
    semblance: "1.2.3",
    model: { id: encoder.id, name: "fake", dtype: "fp32", sha256: null },
    source: { kind: "images", patterns: [join(folder, "*.jpg")] },
    options: {
      layout: "semblance",
      rowsPerShard: 10,
      batchSize: null,
      shard: { number: 1, of: 1 },
    },
  };
  return embedToFolder({ encoder, facts, paths: embedPaths(join(folder, "out")), ...options });
}

test("a model that cannot be run leaves nothing in the way of the next try", async () => {
  const folder = temporaryFolder({ "a.jpg": "", "b.jpg": "" });
  await expect(embedPhotos(textsOnly, folder)).rejects.toMatchObject({ code: "TOWER_MISSING" });
  const { counts } = await embedPhotos(createFakeEncoder(), folder);
  expect(counts).toEqual({ images: 2, failures: 0, truncated: 0 });
});

test("work that breaks off after a checkpoint can be resumed", async () => {
  const names = Array.from({ length: 1100 }, (_, i) => [`${String(i).padStart(4, "0")}.jpg`, ""]);
  const folder = temporaryFolder(Object.fromEntries(names));
  const encoder = createFakeEncoder();
  let calls = 0;
  const breakSecond = () => {
    if (++calls === 2) throw new Error("The disk is gone.");
  };
  const broken = { ...encoder, image: { id: "breaks", encode: encodeAfter(breakSecond, encoder) } };
  await expect(embedPhotos(broken, folder)).rejects.toThrow("The disk is gone.");
  await expect(embedPhotos(encoder, folder)).rejects.toMatchObject({ code: "OUTPUT_OCCUPIED" });
  const { counts } = await embedPhotos(encoder, folder, { resume: true });
  expect(counts).toEqual({ images: 1100, failures: 0, truncated: 0 });
});

function encodeAfter(act: () => void, { image }: Encoder): Tower<ImageInput>["encode"] {
  return async function* (items, options) {
    act();
    if (image !== undefined) yield* image.encode(items, options);
  };
}
