import { readFileSync } from "node:fs";
import { join } from "node:path";
import { collect, type Embeddings } from "@semblance/core";
import { createOnnxEncoder } from "@semblance/encoder-onnx";
import { describe, expect, test } from "vitest";
import { writeColoredSquares } from "../../../fixtures/colored-squares.ts";
import { runForDocument } from "../../../fixtures/command-run.ts";
import { hasPython } from "../../../fixtures/python.ts";
import { temporaryFolder } from "../../../fixtures/temporary-folder.ts";
import { tinyModel } from "../../../fixtures/tiny-model.ts";

async function embed(model: string, texts: readonly string[]): Promise<Embeddings> {
  await using encoder = await createOnnxEncoder({ model });
  return (await collect(encoder.text?.encode(texts) ?? [])).embeddings;
}

describe.skipIf(!hasPython)("export of a run with a head", () => {
  test("has the head in its graphs, which give what the run gives", async () => {
    const folder = temporaryFolder();
    const [run, out] = [join(folder, "run"), join(folder, "exported")];
    writeColoredSquares(folder, "train.csv", [60, 80]);
    writeColoredSquares(folder, "val.csv", [72]);
    const settings = JSON.stringify({ maxSteps: 20, learningRate: 0.01, ridge: [0.01, 0.1] });
    const data = ["-d", join(folder, "train.csv"), "--val", join(folder, "val.csv")];
    const method = ["--method", "adapter", "--hyperparameters", settings];
    await runForDocument("train", "-m", tinyModel, ...data, ...method, "-o", run);
    const { exitCode, document } = await runForDocument("export", run, "-o", out);
    expect([exitCode, document.error]).toEqual([0, undefined]);
    expect(JSON.parse(readFileSync(join(out, "semblance.json"), "utf8")).head).toBeNull();
    const texts = ["a red square", "a photo", "two dogs on a beach"];
    const [start, expected, found] = await Promise.all(
      [tinyModel, run, out].map((model) => embed(model, texts)),
    );
    const apart = (one?: Embeddings, other?: Embeddings) =>
      Math.max(
        ...Array.from(one?.data ?? [], (value, i) => Math.abs(value - (other?.data[i] ?? NaN))),
      );
    expect(apart(found, expected)).toBeLessThan(1e-5);
    expect(apart(found, start)).toBeGreaterThan(1e-3);
  }, 120_000);
});
