import { join } from "node:path";
import { readTable } from "@semblance/data";
import { semanticSearch } from "@semblance/matcher";
import { expect, test, vi } from "vitest";
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

test("a preset names the model, unless one is given, and the settings of fit", async () => {
  const { query, response } = settings;
  vi.stubEnv("HF_HUB_OFFLINE", "1");
  vi.stubEnv("HF_HUB_CACHE", temporaryFolder());
  const unseen = createMatcher({ presets: "high", query, response });
  await expect(unseen).rejects.toMatchObject({
    code: "MODEL_NOT_CACHED",
    message: expect.stringContaining("openai/clip-vit-large-patch14"),
  });
  await using matcher = await createMatcher({ presets: "high", ...settings });
  expect((await matcher.extractEmbedding({ caption: ["a photo"] })).embeddings.count).toBe(1);
  vi.unstubAllEnvs();
  // @ts-expect-error from JavaScript
  await expect(createMatcher({ presets: "superb", ...settings })).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    fix: "Use medium, high, best.",
  });
});
