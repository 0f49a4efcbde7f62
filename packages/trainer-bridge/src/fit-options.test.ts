import { ConfigError, type FileFitSpec } from "@semblance/core";
import { expect, test } from "vitest";
import { createTrainer } from "./create-trainer.ts";
import { parseFitOptions } from "./fit-options.ts";

const empty = { splits: [], hash: "", failures: [], async *items() {}, async *judgements() {} };
const spec: FileFitSpec = {
  checkpoint: "clip",
  runFolder: "run",
  seed: 0,
  train: { name: "train", ...empty },
  validation: { name: "validation", ...empty },
};

test("fills in what the caller leaves open", () => {
  expect(parseFitOptions(spec)).toMatchObject({
    timeLimit: null,
    method: "full",
    neverWorse: "mean",
    evalMetric: "mrr",
    resume: false,
  });
});

test("names the methods there are when another one is asked for", () => {
  const asked = () => parseFitOptions({ ...spec, method: "prompt" });
  expect(asked).toThrow(ConfigError);
  expect(asked).toThrow('expected one of "full"|"lora"|"lit"|"bitfit", found "prompt"');
});

test("knows metrics by the names of evaluation, and no others", () => {
  for (const evalMetric of ["hit@10", "t2i.ndcg@5", "recall", "rsum", "i2t.medr"])
    expect(parseFitOptions({ ...spec, evalMetric })).toMatchObject({ evalMetric });
  for (const evalMetric of ["accuracy", "hit@0", "t2i.rsum", "medr@5"])
    expect(() => parseFitOptions({ ...spec, evalMetric })).toThrow("a metric such as mrr, hit@10");
});

test("refuses a start that nobody knows how to make, before anything is written", async () => {
  const { result } = createTrainer().fit({ ...spec, checkpoint: "scratch:huge" });
  await expect(result).rejects.toMatchObject({
    code: "MODEL_NOT_FOUND",
    fix: "Use scratch:tiny, or the folder of a checkpoint.",
  });
});
