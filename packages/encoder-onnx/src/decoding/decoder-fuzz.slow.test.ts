import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect, rowOf } from "@semblance/core";
import { expect, test } from "vitest";
import { recordFigures } from "#figures";
import { createOnnxEncoder } from "../create-onnx-encoder.ts";
import { decodeMutated } from "../fixtures/decode-mutated.ts";
import { fixturePath } from "../fixtures/fixture-path.ts";
import { bombs, mutateImage } from "../fixtures/mutate-image.ts";

function* damaged(count: number) {
  for (let seed = 1000; seed < 1000 + count; seed++) yield mutateImage(seed);
  yield* bombs();
}

test("5,000 damaged files are read or refused in time, and good ones keep their pixels", async (context) => {
  const report = await decodeMutated(damaged(5000));
  recordFigures(context, {
    ...{ read: report.read, refused: report.refused },
    [`slowest, ms (${report.slowest.name})`]: Math.round(report.slowest.took),
  });
  expect(report.wrong).toEqual([]);
  expect(report.spoiled).toBe(0);
  expect(report.read).toBeGreaterThan(500);
  expect(report.refused).toBeGreaterThan(2000);
  expect(report.slowest.took, report.slowest.name).toBeLessThan(10_000);
}, 300_000);

test("an encoder lists 2,000 damaged files as failures, and encodes what is good as if alone", async () => {
  const folder = await mkdtemp(join(tmpdir(), "decoder-fuzz-"));
  const good = fixturePath("images/rgb.jpg");
  const inputs: string[] = [];
  for (const [i, { bytes }] of [...damaged(2000)].entries()) {
    // A name that promises something else.
    const path = join(folder, `${i}.${["jpg", "png", "webp", "gif", "tif", "svg"][i % 6]}`);
    await writeFile(path, bytes);
    inputs.push(path);
    if (i % 10 === 0) inputs.push(good);
  }
  await using encoder = await createOnnxEncoder({ model: fixturePath("tiny-clip") });
  const encode = (paths: readonly string[]) =>
    collect(encoder.image?.encode(paths, { onError: "skip" }) ?? []);
  const alone = rowOf((await encode([good])).embeddings, 0);
  const { embeddings, indices, failures } = await encode(inputs);
  await rm(folder, { recursive: true });
  expect(embeddings.count + failures.length).toBe(inputs.length);
  expect(new Set(failures.map(({ code }) => code))).toEqual(
    new Set(["IMAGE_UNREADABLE", "IMAGE_TOO_LARGE"]),
  );
  const rows = [...indices.entries()].filter(([, input]) => inputs[input] === good);
  expect(rows).toHaveLength(inputs.filter((path) => path === good).length);
  for (const [row] of rows) {
    const difference = rowOf(embeddings, row).map((value, i) => Math.abs(value - (alone[i] ?? 0)));
    expect(Math.max(...difference)).toBeLessThan(1e-6);
  }
}, 300_000);
