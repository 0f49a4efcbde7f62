import { expect, test } from "vitest";
import { createAdam } from "./adam.ts";
import cases from "./fixtures/torch-cases.json" with { type: "json" };
import { infoNce } from "./info-nce.ts";
import type { Matrix } from "./matrix.ts";
import { project, weightGradient } from "./projection.ts";

function toMatrix(rows: readonly (readonly number[])[]): Matrix {
  return { data: Float64Array.from(rows.flat()), rows: rows.length, columns: rows[0]?.length ?? 0 };
}

const { logitScale } = cases.loss;
const targets = toMatrix(cases.loss.targets);
const [imageHead, textHead] = cases.loss.heads.map(toMatrix);
const [image, text] = [toMatrix(cases.loss.image), toMatrix(cases.loss.text)];

function lossBehind(imageWeight: Matrix, textWeight: Matrix) {
  const projections = { image: project(image, imageWeight), text: project(text, textWeight) };
  const found = infoNce({
    image: projections.image.output,
    text: projections.text.output,
    targets,
    logitScale,
  });
  return { found, projections };
}

test("loss and derivatives by both heads are PyTorch's", () => {
  if (!imageHead || !textHead) throw new Error("The fixture has two heads.");
  const { found, projections } = lossBehind(imageHead, textHead);
  expect(found.loss).toBeCloseTo(cases.loss.loss, 12);
  const gradients = [
    weightGradient(projections.image, found.image()),
    weightGradient(projections.text, found.text()),
  ];
  for (const [side, gradient] of gradients.entries()) {
    const expected = cases.loss.gradients[side]?.flat() ?? [];
    expect(expected).toHaveLength(gradient.data.length);
    for (const [i, value] of expected.entries()) expect(gradient.data[i]).toBeCloseTo(value, 12);
  }
});

test("the derivative by the text's head is the slope of the loss", () => {
  if (!imageHead || !textHead) throw new Error("The fixture has two heads.");
  const { found, projections } = lossBehind(imageHead, textHead);
  const gradient = weightGradient(projections.text, found.text());
  const step = 1e-6;
  for (let i = 0; i < textHead.data.length; i++) {
    const [above, below] = [step, -step].map((change) => {
      const data = textHead.data.slice();
      data[i] = (data[i] ?? 0) + change;
      return lossBehind(imageHead, { ...textHead, data }).found.loss;
    });
    expect(((above ?? 0) - (below ?? 0)) / (2 * step)).toBeCloseTo(gradient.data[i] ?? NaN, 7);
  }
});

test("Adam's steps are those of PyTorch's AdamW where it is pulled to 0", () => {
  const { start, gradients, learningRate, weightDecay, end } = cases.adam;
  const parameters = Float64Array.from(start);
  const anchor = new Float64Array(start.length);
  const adam = createAdam({ parameters, anchor, weightDecay });
  for (const gradient of gradients) adam.step(Float64Array.from(gradient), learningRate);
  for (const [i, value] of end.entries()) expect(parameters[i]).toBeCloseTo(value, 12);
});

test("Adam without a slope goes to its anchor", () => {
  const parameters = Float64Array.of(5, -5);
  const anchor = Float64Array.of(1, 0);
  const adam = createAdam({ parameters, anchor, weightDecay: 1 });
  for (let step = 0; step < 200; step++) adam.step(new Float64Array(2), 0.1);
  expect(parameters[0]).toBeCloseTo(1, 6);
  expect(parameters[1]).toBeCloseTo(0, 6);
});
