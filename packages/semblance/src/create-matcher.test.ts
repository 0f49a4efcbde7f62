import { join } from "node:path";
import { readTable } from "@semblance/data";
import { semanticSearch } from "@semblance/matcher";
import { expect, test } from "vitest";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { folderWithPairs, tinyModel } from "../fixtures/tiny-model.ts";
import { createMatcher, loadMatcher } from "./create-matcher.ts";

const settings = { model: tinyModel, query: "caption", response: "image" } as const;

test("a model's folder suffices to evaluate and to search", async () => {
  const table = await readTable(join(folderWithPairs(), "pairs.csv"));
  await using matcher = await createMatcher(settings);
  const { dataset, score } = await matcher.evaluate({ data: table, cutoffs: [4] });
  expect([dataset.pairs, score]).toEqual([4, 1]);
  const responseData = { ...table, columns: { image: table.columns.image ?? [] } };
  const queryData = { caption: ["a photo", "a drawing"] };
  const hits = await semanticSearch({ matcher, queryData, responseData, topK: 2 });
  expect(hits.map((found) => found.length)).toEqual([2, 2]);
});

test("what was saved is loaded with the same vectors", async () => {
  const folder = join(temporaryFolder(), "saved");
  await using matcher = await createMatcher(settings);
  await matcher.save(folder);
  await using loaded = await loadMatcher(folder);
  const texts = { caption: ["a photo", "a drawing"] };
  const [first, second] = await Promise.all([
    matcher.extractEmbedding(texts),
    loaded.extractEmbedding(texts),
  ]);
  expect(second.embeddings).toEqual(first.embeddings);
});

test("fit says that an ONNX model alone has no weights to start from", async () => {
  await using matcher = await createMatcher(settings);
  const data = { image: ["a.jpg", "b.jpg"], caption: ["a", "b"] };
  const fit = matcher.fit({ trainData: data, tuningData: data, runFolder: temporaryFolder() });
  await expect(fit).rejects.toMatchObject({ code: "NO_CHECKPOINT" });
});
