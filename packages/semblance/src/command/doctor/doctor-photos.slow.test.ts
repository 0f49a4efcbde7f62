import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspectTables } from "@semblance/data";
import { createSharpDecoder } from "@semblance/encoder-onnx";
import { expect, test } from "vitest";
import { recordFigures } from "#figures";
import { sharedFolder } from "#shared";
import { encodePhoto, openPhoto, photoChanges } from "../../../fixtures/photo-copies.ts";
import { temporaryFolder } from "../../../fixtures/temporary-folder.ts";

const photos = sharedFolder("data", "flickr8k-800", "images");

test.skipIf(photos === undefined)(
  "finds changed copies of photos, and no two photos alike",
  { timeout: 600_000 },
  async (context) => {
    const paths = readdirSync(photos ?? "").map((name) => join(photos ?? "", name));
    const folder = temporaryFolder();
    const originalOf = new Map<string, string>();
    const changes = Object.entries(photoChanges);
    for (const [i, original] of paths.entries()) {
      const [, change] = changes[i % changes.length] ?? [];
      if (change === undefined) continue;
      const copy = join(folder, `${i}.webp`);
      const changed = await change(await openPhoto(original));
      writeFileSync(copy, await encodePhoto(changed));
      originalOf.set(copy, original);
    }
    const image = [...paths, ...originalOf.keys()];
    const table = { columns: { image, caption: image.map(String) }, length: image.length };

    const { findings } = await inspectTables([table], { decoder: createSharpDecoder() });

    const alike = findings.find(({ kind }) => kind === "near-duplicate-image");
    const groupOf = new Map(alike?.items.map((item) => [item.image, item.group]));
    for (const [number, [name]] of changes.entries()) {
      const copies = [...originalOf].filter((_, i) => i % changes.length === number);
      const found = copies.filter(
        ([copy, original]) => groupOf.has(copy) && groupOf.get(copy) === groupOf.get(original),
      );
      recordFigures(context, { [`${name}, copies found`]: `${found.length} of ${copies.length}` });
    }
    const together = new Set<string>();
    for (const [path = "", group] of groupOf)
      together.add(`${group} ${originalOf.get(path) ?? path}`);
    const groups = new Set(groupOf.values()).size;
    recordFigures(context, { "photos in a group with another": together.size - groups });
    expect(together.size).toBe(groups);
  },
);
