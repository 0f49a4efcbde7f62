import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { openDataset } from "@semblance/data";
import { beforeEach, expect, test, vi } from "vitest";
import { runForDocument } from "../../../fixtures/command-run.ts";
import { temporaryFolder } from "../../../fixtures/temporary-folder.ts";
import { tinyModel } from "../../../fixtures/tiny-model.ts";

const packed = resolve(import.meta.dirname, "../../../../data/fixtures/files");

// Pictures are unpacked into the user's cache folder.
beforeEach(() => {
  const folder = temporaryFolder({});
  for (const name of ["XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"]) vi.stubEnv(name, folder);
});

/** The same data as a table of paths. */
async function unpackedTable(source: string): Promise<string> {
  const dataset = await openDataset(source);
  const images = await Array.fromAsync(dataset.items("image", { split: "test" }));
  const texts = await Array.fromAsync(dataset.items("text", { split: "test" }));
  const rows = await Array.fromAsync(dataset.judgements({ split: "test" }), (judgement) => {
    const image = images.find(({ id }) => id === judgement.image);
    const text = texts.find(({ id }) => id === judgement.text);
    return `${image?.content[0]},${image?.id},${text?.content[0]},${text?.id}`;
  });
  const table = ["image,image_id,caption,caption_id", ...rows, ""].join("\n");
  return join(temporaryFolder({ "unpacked.csv": table }), "unpacked.csv");
}

test.each([
  ["shards", { images: 2, texts: 3 }],
  ["parquet", { images: 2, texts: 4 }],
])("eval measures %s as the same pictures in files", async (name, counts) => {
  const source = join(packed, name);
  const found = await runForDocument("eval", "-m", tinyModel, "-d", source, "--split", "test");
  const table = await unpackedTable(source);
  const expected = await runForDocument("eval", "-m", tinyModel, "-d", table);

  expect(found.document.dataset).toMatchObject(counts);
  expect(found.document.metrics).toEqual(expected.document.metrics);
  expect(found.document.dataset.galleryHash).toBe(expected.document.dataset.galleryHash);
});

test("embed writes vectors of pictures in an archive", async () => {
  const output = join(temporaryFolder({}), "vectors");
  const shard = join(packed, "shards/train/00000.tar");
  const { exitCode, document } = await runForDocument(
    ...["embed", "-m", tinyModel, "-d", shard, "-o", output],
  );

  expect([exitCode, document]).toMatchObject([
    0,
    { shards: [{ rows: 2 }, { rows: 2 }], failureCount: 0 },
  ]);
});

test("a damaged archive is one error that says so", async () => {
  const folder = temporaryFolder({});
  writeFileSync(join(folder, "a.tar"), Buffer.concat([Buffer.alloc(257), Buffer.from("ustar")]));

  const { exitCode, document } = await runForDocument(
    ...["eval", "-m", tinyModel, "-d", join(folder, "a.tar")],
  );

  expect([exitCode, document.error.code]).toEqual([1, "ARCHIVE_INVALID"]);
});
