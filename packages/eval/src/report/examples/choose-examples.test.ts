import { expect, test } from "vitest";
import { createReportInput } from "../../fixtures/report-input.ts";
import { chooseExamples } from "./choose-examples.ts";

test("examples are first captions of images that are drawn evenly, each image once", async () => {
  const { queries } = await createReportInput({ images: 9, captions: 3 });
  expect(chooseExamples(queries.t2i, 3)).toEqual([
    { query: 0, text: 0, image: 0 },
    { query: 12, text: 12, image: 4 },
    { query: 24, text: 24, image: 8 },
  ]);
});

test("there are as many examples as images, where these are few", async () => {
  const { queries } = await createReportInput({ images: 2, captions: 5 });
  expect(chooseExamples(queries.t2i, 8).map(({ image }) => image)).toEqual([0, 1]);
});
