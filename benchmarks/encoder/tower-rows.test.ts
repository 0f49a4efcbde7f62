import { expect, test } from "vitest";
import { towerRatios, towerRows } from "./tower-rows.ts";

const run = {
  image: 20,
  text: 100,
  imageMemory: 400,
  bothMemory: 600,
  coldStart: 1,
  images: new Float32Array(),
  texts: new Float32Array(),
};
const slow = { ...run, image: 10, text: 50, imageMemory: 800, bothMemory: 1200, coldStart: 4 };

function rowsOf(name: string, dtype: "fp32" | "int8", runs: readonly (typeof run)[]) {
  const rest = { program: "", script: "", isNeeded: true, isSlow: false, hasSameWeights: true };
  return towerRows({ name, dtype, ...rest }, runs);
}

test("the ratios have the names that a check looks up, above 1 where ours is better", () => {
  const ratios = towerRatios([
    ...rowsOf("semblance", "fp32", [run]),
    ...rowsOf("semblance", "int8", [{ ...run, image: 30 }]),
    ...rowsOf("transformers-torch", "fp32", [slow]),
    ...rowsOf("forward", "fp32", [run]),
    ...rowsOf("forward", "int8", [run]),
    ...rowsOf("transformers-js", "fp32", [run]),
    ...rowsOf("transformers-js-q8", "int8", [run]),
  ]);
  expect(ratios).toMatchObject({
    "image.fp32.vs.forward": 1,
    "image.int8.vs.forward": 1.5,
    "image.fp32.vs.transformers-torch": 2,
    "image.fp32.vs.transformers-js": 1,
    "image.int8.vs.transformers-torch": 3,
    "image.int8.vs.transformers-js-q8": 1.5,
    "text.fp32.vs.transformers-torch": 2,
    "memory.vision.fp32.vs.transformers-torch": 2,
    "memory.both.int8.vs.transformers-torch": 2,
    "cold-start.vs.transformers-torch": 4,
    "cold-start.int8.vs.transformers-torch": 4,
  });
});

test("fp32 is compared with fp32, and int8 with int8 and the reference alone", () => {
  const ratios = towerRatios([
    ...rowsOf("semblance", "int8", [run]),
    ...rowsOf("open-clip", "fp32", [slow]),
    ...rowsOf("transformers-js-q8", "int8", [slow]),
  ]);
  const peers = Object.keys(ratios).map((name) => name.split(".vs.")[1]);
  expect(new Set(peers)).toEqual(new Set(["transformers-js-q8"]));
});

test("the forward pass alone has no memory, texts or start to compare", () => {
  expect(rowsOf("forward", "fp32", [run]).map((row) => row.case)).toEqual(["image.fp32"]);
});
