import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  decodeHead,
  decodeNpyEmbeddings,
  type EmbeddingFitSpec,
  type EncodedPairs,
  type FitResult,
  selectRows,
  type TrainingEvent,
} from "@semblance/core";
import { describe, expect, test } from "vitest";
import { sharedFolder } from "#shared";
import { createAdapterTrainer } from "./create-adapter-trainer.ts";
import { makePairs } from "./fixtures/made-pairs.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";
import type { AdapterConfig } from "./hyperparameters.ts";

const dimension = 16;
const made = {
  train: makePairs({ images: 150, dimension, noise: 0.5 }),
  validation: makePairs({ images: 60, dimension, noise: 0.5, seed: 2 }),
};

function specWith(options: Partial<EmbeddingFitSpec> = {}): EmbeddingFitSpec {
  return {
    runFolder: join(temporaryFolder(), "run"),
    model: temporaryFolder({ "config.json": "{}" }),
    seed: 0,
    scoring: { kind: "softmax", logitScale: 20, logitBias: 0 },
    ...made,
    ...options,
  };
}

const quick: AdapterConfig = { maxSteps: 20, evaluationSteps: 10, batchSize: 50 };
const absurd: AdapterConfig = { ...quick, ridge: [], learningRate: 1e6 };

function runFit(
  config: AdapterConfig,
  options: Partial<EmbeddingFitSpec> = {},
): Promise<FitResult> {
  return createAdapterTrainer(config).fit(specWith(options)).result;
}

describe("a fit", () => {
  test.each([
    ["text", { ...quick }],
    ["image", { ...quick, tower: "image" }],
    ["both", { ...quick, tower: "both", ridge: [], learningRate: 0.03 }],
    ["text", { ...quick, maxSteps: 0 }],
    ["text", { ...quick, rank: 8, maxSteps: 60, learningRate: 0.03, weightDecay: 0 }],
  ] as const)("finds the map that texts differ by: %s, %j", async (tower, config) => {
    const result = await runFit(config);
    expect(["best", "interpolated"]).toContain(result.kept);
    expect(result.judged.interval?.[0]).toBeGreaterThan(0);
    expect(result.after["t2i.mrr"]).toBeGreaterThan((result.before["t2i.mrr"] ?? 1) + 0.05);
    const bytes = readFileSync(join(result.model, "head.safetensors"));
    const head = decodeHead(bytes, { tower, dimension });
    expect(Object.keys(head)).toEqual(tower === "both" ? ["image", "text"] : [tower]);
  });

  test("is judged by the metric that was asked for, and lists what was compared", async () => {
    const { judged, candidates, after } = await runFit(quick, { evalMetric: "t2i.ndcg@5" });
    expect(judged.metric).toBe("t2i.ndcg@5");
    expect(judged.groups.length).toBeLessThanOrEqual(made.validation.text.count);
    expect(after["t2i.ndcg@5"]).toBeGreaterThan(0);
    const names = candidates?.map(({ name }) => name) ?? [];
    expect(names.slice(0, 2)).toEqual(["start", "ridge 0.1"]);
    expect(names).toEqual(expect.arrayContaining(["step 10", "step 20", "alpha 0.5"]));
  });

  test("that beats nothing keeps the start, and says so", async () => {
    const result = await runFit(absurd);
    expect(result).toMatchObject({ kept: "start", stopped: "maxSteps", after: result.before });
    expect(existsSync(join(result.model, "head.safetensors"))).toBe(false);
    expect(JSON.parse(readFileSync(join(result.model, "semblance.json"), "utf8")).head).toBeNull();
    expect(readFileSync(join(result.model, "README.md"), "utf8")).toContain("no head beat it");
  });

  test("without a rule that is met keeps the start, whatever its mean gain", async () => {
    const few = makePairs({ images: 10, dimension, noise: 2, seed: 4 });
    const [mean, significant] = await Promise.all(
      (["mean", "significant"] as const).map((neverWorse) =>
        runFit({ ...quick, maxSteps: 0, ridge: [1] }, { validation: few, seed: 2, neverWorse }),
      ),
    );
    expect(mean?.judged.gain).toBeGreaterThan(0);
    expect(mean?.judged.interval?.[0]).toBeLessThanOrEqual(0);
    expect([mean?.kept, significant?.kept]).toEqual(["best", "start"]);
  });

  test("is the same for the same seed", async () => {
    const headOf = async (seed: number) =>
      readFileSync(
        join((await runFit({ ...quick, ridge: [] }, { seed })).model, "head.safetensors"),
      );
    const [one, same, other] = [await headOf(1), await headOf(1), await headOf(2)];
    expect(one).toEqual(same);
    expect(one).not.toEqual(other);
  });

  test("tells of its steps, evaluations and stages, and lets others run meanwhile", async () => {
    const run = createAdapterTrainer(quick).fit(specWith());
    const events: TrainingEvent[] = [];
    for await (const event of run) events.push(event);
    const steps = events.filter((event) => event.type === "step");
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    const evaluations = events.filter((event) => event.type === "evaluation");
    expect(evaluations.map(({ step }) => step)).toEqual([0, 10, 20]);
    expect(Object.keys(evaluations[0]?.metrics ?? {})).toContain("t2i.hit@10");
    const stages = events.flatMap((event) => (event.type === "progress" ? event.stage : []));
    expect(new Set(stages)).toEqual(new Set(["closed form", "judging", "writing the model"]));
    expect((await run.result).timing.fit).toBeGreaterThan(0);
  });
});

describe("stopping", () => {
  const endless = { ...quick, maxSteps: 1_000_000, patience: null };

  test.each(["cancel", "signal"])("by %s keeps the best so far", async (way) => {
    const abort = new AbortController();
    const run = createAdapterTrainer(endless).fit(specWith(), { signal: abort.signal });
    for await (const event of run) {
      if (event.type !== "step") continue;
      if (way === "cancel") run.cancel();
      else abort.abort();
    }
    const { stopped, kept, model } = await run.result;
    expect([stopped, kept === "start"]).toEqual(["aborted", false]);
    expect(existsSync(join(model, "semblance.json"))).toBe(true);
  });

  test("by the time limit leaves time to judge", async () => {
    const result = await runFit(endless, { timeLimit: 1.5 });
    expect(result).toMatchObject({
      stopped: "timeLimit",
      kept: expect.not.stringMatching("start"),
    });
    expect(result.timing.fit).toBeLessThan(1.5 + 5);
  });

  test("before anything could be tried is an error that says how long it takes", async () => {
    await expect(runFit(endless, { timeLimit: 1e-6 })).rejects.toMatchObject({
      code: "TIME_LIMIT_TOO_SHORT",
      fix: expect.stringMatching(/at least \d+ s/),
    });
  });

  test("by patience, when evaluations no longer improve", async () => {
    const result = await runFit({ ...absurd, maxSteps: 1000, patience: 2 });
    expect(result).toMatchObject({ stopped: "patience", steps: 20 });
  });

  test("by a loss that is not finite keeps what was best before", async () => {
    const result = await runFit({ ...quick, learningRate: 1e200 });
    expect(result.stopped).toBe("nonFinite");
    expect(result.kept).not.toBe("start");
  });
});

describe("refusals", () => {
  const withNaN = { ...made.train.text, data: made.train.text.data.map(() => Number.NaN) };
  const bad = (change: Partial<EncodedPairs>) => ({ train: { ...made.train, ...change } });

  test.each([
    [
      "a hyperparameter of another name",
      { hyperparameters: { learningrate: 1 } },
      "CONFIG_INVALID",
    ],
    ["another method", { method: "full" }, "CONFIG_INVALID"],
    ["a metric that there is none of", { evalMetric: "hits" }, "CONFIG_INVALID"],
    ["an encoder without a folder", { model: "" }, "NOT_A_MODEL"],
    ["no pairs", bad({ judgements: [] }), "DATASET_EMPTY"],
    [
      "no pairs to validate on",
      { validation: { ...made.validation, judgements: [] } },
      "DATASET_EMPTY",
    ],
    ["a vector that is not finite", bad({ text: withNaN }), "EMBEDDINGS_INVALID"],
    [
      "a judgement of no row",
      bad({ judgements: [{ text: 0, image: 150, relevance: 1 }] }),
      "EMBEDDINGS_INVALID",
    ],
    [
      "sides of different lengths",
      bad({ image: makePairs({ images: 150, dimension: 8 }).image }),
      "EMBEDDINGS_INVALID",
    ],
  ])("%s", async (_, options, code) => {
    await expect(runFit(quick, options)).rejects.toMatchObject({ code });
  });

  test("the start's own folder, and one that holds a model, are not written over", async () => {
    const model = temporaryFolder({ "config.json": "{}" });
    const other = temporaryFolder({ "config.json": "{}" });
    for (const runFolder of [model, other]) {
      await expect(runFit(quick, { model, runFolder })).rejects.toMatchObject({
        code: "OUTPUT_OCCUPIED",
      });
    }
    expect(existsSync(join(other, "job"))).toBe(false);
  });

  test("a trainer's own configuration is checked when it is made", () => {
    expect(() => createAdapterTrainer({ rank: 0 })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }),
    );
  });
});

const reference = sharedFolder("oracle", "tiny-clip");

// A CLIP with random weights on 100 photos: some heads fit what is chosen on, few what is judged on.
test.skipIf(!reference)(
  "on photos and captions, what is kept is better where it is judged",
  async () => {
    const encoded = readOracle(reference ?? "");
    const [train, validation] = [partOf(encoded, 0, 60), partOf(encoded, 60, 100)];
    const kinds = await Promise.all(
      [0, 1, 2, 3].map(async (seed) => {
        const options = { train, validation, seed };
        const { kept, judged, before, after } = await runFit({ ...quick, ridge: [] }, options);
        if (kept === "start") expect(after).toEqual(before);
        else expect(judged.gain).toBeGreaterThan(0);
        return kept === "start";
      }),
    );
    expect(new Set(kinds)).toEqual(new Set([true, false]));
    const { kept } = await runFit(absurd, { train, validation });
    expect(kept).toBe("start");
  },
);

/** The reference's photos with their five captions each, in the order of its table. */
function readOracle(folder: string): EncodedPairs {
  const read = (name: string) =>
    decodeNpyEmbeddings(readFileSync(join(folder, "transformers", `hf_${name}_embeddings.npy`)));
  const [image, text] = [read("image"), read("text")];
  const perImage = text.count / image.count;
  const judgements = Array.from({ length: text.count }, (_, row) => ({
    text: row,
    image: Math.floor(row / perImage),
    relevance: 1,
  }));
  return { image, text, judgements };
}

function partOf({ image, text, judgements }: EncodedPairs, from: number, to: number): EncodedPairs {
  const own = judgements.filter((pair) => pair.image >= from && pair.image < to);
  const first = own[0]?.text ?? 0;
  return {
    image: selectRows(
      image,
      Array.from({ length: to - from }, (_, i) => from + i),
    ),
    text: selectRows(
      text,
      own.map((pair) => pair.text),
    ),
    judgements: own.map((pair) => ({ ...pair, image: pair.image - from, text: pair.text - first })),
  };
}
