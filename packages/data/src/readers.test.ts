import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { datasetReaderCases } from "@semblance/core/conformance";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { temporaryFile } from "../fixtures/temporary-file.ts";
import { createReaders } from "./readers.ts";

const fixtures = join(import.meta.dirname, "../fixtures");

const sources: Readonly<Record<string, string>> = {
  karpathy: "formats/karpathy/dataset_tiny.json",
  coco: "formats/coco/captions_tiny.json",
  flickr: "formats/flickr8k/Flickr8k.token.txt",
  vse: "formats/vse",
  "chinese-clip": "formats/chinese-clip",
  beir: "formats/beir",
  trec: "formats/trec/qrels.txt",
  webdataset: "files/shards",
  parquet: "files/parquet",
  "image-folder": "files/folder",
  table: "splits.jsonl",
};

const others = [
  "formats/flickr30k/results.csv",
  "formats/kaggle/captions.txt",
  "formats/chinese-clip/test_texts.jsonl",
  "formats/vse/precomp/test_caps.txt",
  "files/shards/test/0.tar",
  "files/parquet/test-00000-of-00001.parquet",
];

// Packed images are unpacked into the user's cache folder.
let cacheFolder = "";
beforeAll(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), "semblance-data-"));
  for (const name of ["XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"]) vi.stubEnv(name, cacheFolder);
});
afterAll(() => rm(cacheFolder, { recursive: true }));

const conformant = createReaders().filter(({ name }) => name in sources);

for (const { name } of conformant) {
  const cases = datasetReaderCases(
    () => createReaders().find((reader) => reader.name === name) ?? expect.fail(`no ${name}`),
    {
      source: join(fixtures, sources[name] ?? ""),
      foreign: join(fixtures, "make_fixtures.py"),
      missing: join(fixtures, "missing"),
    },
  );
  for (const { name: promise, run } of cases) test(`the reader ${name} ${promise}`, run);
}

test("every format has a name of its own and a source here", () => {
  expect(conformant.map(({ name }) => name)).toEqual(Object.keys(sources));
});

test.each([
  ["metadata.jsonl", '{"file_name": "kite.jpg", "caption": "A kite."}\n'],
  ["pairs.jsonl", '{"image": "kite.jpg", "caption": "A kite.", "sentids": "1"}\n'],
  ["pairs.tsv", "image\tcaption\tsplit#0\nkite.jpg\tA kite.\ttest\n"],
  ["captions.csv", "image,caption\nkite.jpg,A kite.\n"],
])("a table is left to the table's reader: %s", async (name, content) => {
  await using file = await temporaryFile(name, content);
  const found = await Promise.all(createReaders().map((reader) => reader.sniff(file.path)));

  expect(createReaders().filter((_, i) => found[i])).toMatchObject([{ name: "table" }]);
});

test.each([...Object.values(sources), ...others])(
  "%s is recognised by no more than one reader besides that of tables",
  async (source) => {
    const formats = createReaders().filter(({ name }) => name !== "table");
    const found = await Promise.all(formats.map((reader) => reader.sniff(join(fixtures, source))));

    expect(found.filter(Boolean)).toHaveLength(source === "splits.jsonl" ? 0 : 1);
  },
);
