import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeNpy, decodeNpyEmbeddings } from "@semblance/core";
import { expect, test } from "vitest";
import { embed, folderWithTexts, readParquet } from "../../../fixtures/embed-output.ts";
import { captions, folderWithPairs, pairs } from "../../../fixtures/tiny-model.ts";

const vectorsAt = (path: string) => decodeNpyEmbeddings(readFileSync(path)).data;

test("in clip-retrieval's layout a row is a pair, in half floats; one that failed is left out", async () => {
  const folder = folderWithPairs({ "broken.jpg": "no picture" });
  writeFileSync(join(folder, "pairs.csv"), pairs("broken.jpg,a photo", "rgb.jpg,once more"));
  const [plain, output] = [join(folder, "plain"), join(folder, "out")];
  await embed(plain, "-d", join(folder, "pairs.csv"));
  const layout = ["--layout", "clip-retrieval", "--rows-per-shard", "3"];
  const { document } = await embed(output, "-d", join(folder, "pairs.csv"), ...layout);
  expect(document).toMatchObject({ pairs: 5, failureCount: 1, shards: [{ rows: 3 }, { rows: 2 }] });
  const names = [...Object.keys(captions), "rgb.jpg"];
  const rows = [0, 1].map((n) => readParquet(join(output, `metadata/metadata_${n}.parquet`)));
  expect((await Promise.all(rows)).flat()).toEqual(
    names.map((name, i) => ({
      image_path: join(folder, name),
      caption: captions[name] !== undefined && i < 4 ? captions[name] : "once more",
    })),
  );
  const half = readFileSync(join(output, "img_emb/img_emb_1.npy"));
  expect(decodeNpy(half)).toMatchObject({ dtype: "<f2", shape: [2, 8] });
  const images = vectorsAt(join(plain, "img_emb/img_emb_0.npy"));
  const paired = [0, 1].flatMap((n) => [...vectorsAt(join(output, `img_emb/img_emb_${n}.npy`))]);
  for (const [i, value] of [...images, ...images.subarray(0, 8)].entries()) {
    expect(Math.abs((paired[i] ?? 9) - value)).toBeLessThan(Math.abs(value) / 2000 + 1e-7);
  }
});

test("clip-retrieval's files are numbered with as many digits as their count has", async () => {
  const folder = folderWithTexts(10);
  const layout = ["--layout", "clip-retrieval", "--rows-per-shard", "1"];
  const output = join(folder, "out");
  await embed(output, "--texts", join(folder, "texts.txt"), ...layout);
  expect(existsSync(join(output, "text_emb/text_emb_09.npy"))).toBe(true);
  expect(await readParquet(join(output, "metadata/metadata_00.parquet"))).toEqual([
    { caption: "caption 0" },
  ]);
});
