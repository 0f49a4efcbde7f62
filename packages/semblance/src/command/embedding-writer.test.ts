import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeNpy, toEmbeddings } from "@semblance/core";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { createEmbeddingWriter } from "./embedding-writer.ts";

const numpy = readFileSync(join(import.meta.dirname, "../../fixtures/vectors.npy"));
const rows = (from: number, to: number) =>
  toEmbeddings(
    Float32Array.from({ length: (to - from) * 4 }, (_, i) => (from * 4 + i) / 8),
    4,
  );

function pathsIn(folder: string) {
  return { vectors: join(folder, "v.npy"), listing: join(folder, "v.jsonl") };
}

test("batches written one by one are the file that NumPy writes of all rows", async () => {
  const paths = pathsIn(temporaryFolder());
  {
    await using writer = await createEmbeddingWriter(paths, 4);
    await writer.write(rows(0, 2), ["a", "b"]);
    await writer.write(rows(2, 3), ["c\n"]);
    expect(writer.rows).toBe(3);
  }
  expect(readFileSync(paths.vectors).equals(numpy)).toBe(true);
  expect(readFileSync(paths.listing, "utf8")).toBe(
    '{"row":0,"id":"a"}\n{"row":1,"id":"b"}\n{"row":2,"id":"c\\n"}\n',
  );
});

test("an earlier, longer file leaves nothing behind", async () => {
  const paths = pathsIn(temporaryFolder({ "v.npy": new Uint8Array(9999), "v.jsonl": "{}\n{}\n" }));
  {
    await using writer = await createEmbeddingWriter(paths, 4);
    await writer.write(rows(0, 3), ["a", "b", "c"]);
  }
  expect(readFileSync(paths.vectors).equals(numpy)).toBe(true);
});

test("no rows are an array of no rows", async () => {
  const paths = pathsIn(temporaryFolder());
  await (await createEmbeddingWriter(paths, 4))[Symbol.asyncDispose]();
  expect(decodeNpy(readFileSync(paths.vectors))).toMatchObject({ dtype: "<f4", shape: [0, 4] });
});
