import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeNpyEmbeddings } from "@semblance/core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { sharedFolder } from "#shared";
import { type CommandDocument, runCommand, runForDocument } from "../../../fixtures/command-run.ts";
import { hasPython } from "../../../fixtures/python.ts";

const oracle = sharedFolder("oracle", "tiny-clip") ?? "";
const table = sharedFolder("data", "flickr8k-800", "test.csv") ?? "";
const checkpoint = join(oracle, "checkpoint");
const expected = () =>
  JSON.parse(readFileSync(join(oracle, "transformers/expected_metrics.json"), "utf8"));

function expectOracle({ metrics }: CommandDocument) {
  for (const direction of ["t2i", "i2t"]) {
    for (const [name, value] of Object.entries(expected()[direction])) {
      const found = metrics[`${direction}.${name}`]?.value ?? Number.NaN;
      expect(Math.abs(found - Number(value)), `${direction}.${name}`).toBeLessThanOrEqual(1e-6);
    }
  }
}

describe.skipIf(!hasPython || oracle === "" || table === "")("a checkpoint, exported", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "semblance export "));
    vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  test("gives what transformers gives in PyTorch: metrics, and every vector", async () => {
    const model = join(folder, "model");
    const { exitCode, document } = await runForDocument("export", checkpoint, "-o", model);
    expect(exitCode).toBe(0);
    expect(document).toMatchObject({ schema: 1, failures: [], model });
    expectOracle(
      (await runForDocument("eval", "-m", model, "-d", table, "--k", "1,5,10")).document,
    );
    await runCommand("embed", "-m", model, "-d", table, "-o", folder);
    for (const [side, name] of [
      ["img_emb", "image"],
      ["text_emb", "text"],
    ]) {
      const own = readFileSync(join(folder, `${side}/${side}_0.npy`));
      const reference = readFileSync(join(oracle, `transformers/hf_${name}_embeddings.npy`));
      expect(largestDifference(own, reference)).toBeLessThanOrEqual(1e-5);
    }
  }, 60_000);

  test("is evaluated straight from its folder; the second time without Python", async () => {
    const parameters = ["eval", "-m", checkpoint, "-d", table, "--no-ci"];
    const first = await runForDocument(...parameters);
    expectOracle(first.document);
    const second = await runForDocument(...parameters, "--python", "/nowhere/python");
    expect(second.document.metrics).toEqual(first.document.metrics);
    expect(second.document.model).toEqual(first.document.model);
    expect(second.document.model.name).toBe("checkpoint");
  }, 60_000);
});

function largestDifference(first: Uint8Array, second: Uint8Array): number {
  const [own, other] = [decodeNpyEmbeddings(first), decodeNpyEmbeddings(second)];
  expect([own.count, own.dimension]).toEqual([other.count, other.dimension]);
  return Math.max(...own.data.map((value, i) => Math.abs(value - (other.data[i] ?? Number.NaN))));
}
