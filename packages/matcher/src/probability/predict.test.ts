import { rowOf } from "@semblance/core";
import { createFakeEncoder } from "@semblance/core/conformance";
import { expect, test } from "vitest";
import { columns, freshEncoder, pairs } from "../../fixtures/pairs.ts";
import { createMatcher } from "../create-matcher.ts";

const mixed = { image: pairs.image, caption: ["red dog", "green tree", "blue car"] };

test("without a calibration a probability is (cosine + 1) / 2, as AutoGluon's, and says so", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const { embeddings: images } = await matcher.extractEmbedding({ image: mixed.image });
  const { embeddings: texts } = await matcher.extractEmbedding({ caption: mixed.caption });
  const found = await matcher.predictProba(mixed);
  for (const row of mixed.image.keys()) {
    const [image, text] = [rowOf(images, row), rowOf(texts, row)];
    const cosine = image.reduce((sum, value, i) => sum + value * (text[i] ?? 0), 0);
    expect(found.scores[row]).toBeCloseTo(cosine, 6);
    expect(found.probabilities[row]).toBeCloseTo((cosine + 1) / 2, 6);
  }
  expect(found).toMatchObject({ calibrated: false, method: "cosine", prior: null, warnings: [] });
});

test("a model that scores pairs by a sigmoid gives that as its probability", async () => {
  const scoring = { kind: "sigmoid", logitScale: 10, logitBias: -5 } as const;
  const encoder = { ...createFakeEncoder({ dimension: 64 }), scoring };
  await using matcher = await createMatcher({ encoder, ...columns });
  const { probabilities, scores, method } = await matcher.predictProba(mixed);
  expect(method).toBe("sigmoid");
  const logit = 10 * (scores[1] ?? 0) - 5;
  expect(probabilities[1]).toBeCloseTo(1 / (1 + Math.exp(-logit)), 9);
});

test("a pair is a match from the threshold on, and 0.5 is the usual one", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const usual = await matcher.predict(mixed);
  expect(usual.threshold).toBe(0.5);
  const [same = 0, other = 0] = usual.probabilities.map((probability) => probability ?? 0);
  expect(same).toBeGreaterThan(other);
  expect((await matcher.predict(mixed, { threshold: same })).labels).toEqual([1, 0, 0]);
  expect((await matcher.predict(mixed, { threshold: 0 })).labels).toEqual([1, 1, 1]);
});

test("labels are the data's own values where matchLabel names one", async () => {
  const matchLabel = "duplicate";
  const settings = { encoder: freshEncoder(), ...columns, label: "verdict", matchLabel };
  await using matcher = await createMatcher(settings);
  const data = { ...mixed, verdict: ["duplicate", "different", null] };
  const { labels } = await matcher.predict(data, { threshold: 0.9 });
  expect(labels).toEqual(["duplicate", "different", "different"]);
});

test("a row that cannot be scored is one failure, and the others keep their place", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const data = {
    image: ["red-dog.jpg", "broken.jpg", "blue-car.jpg", "broken.jpg"],
    caption: ["red dog", "red dog", null, "green tree"],
  };
  const { labels, probabilities, failures } = await matcher.predict(data);
  expect(labels.map((label) => label === null)).toEqual([false, true, true, true]);
  expect(probabilities.map((value) => value === null)).toEqual([false, true, true, true]);
  expect(failures).toMatchObject([
    { index: 1, code: "INPUT_UNREADABLE" },
    { index: 2, code: "EMPTY_CELL" },
    { index: 3, code: "INPUT_UNREADABLE" },
  ]);
});

test("ids, rows and tables predict as columns do", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const plain = await matcher.predictProba(mixed);
  const rows = mixed.image.map((image, row) => ({ image, caption: mixed.caption[row] ?? null }));
  const idMappings = { image: { 1: "red-dog.jpg", 2: "blue-car.jpg", 3: "green-tree.jpg" } };
  const byId = { image: [1, 2, 3], caption: mixed.caption };
  const table = { columns: mixed, length: 3, baseFolder: "/photos" };
  for (const found of [
    await matcher.predictProba(rows),
    await matcher.predictProba(byId, { idMappings }),
    await matcher.predictProba(table),
  ]) {
    expect(found.probabilities).toEqual(plain.probabilities);
  }
});

test("predictions survive JSON", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const found = await matcher.predict(mixed);
  expect(JSON.parse(JSON.stringify(found))).toEqual(found);
});

test("what cannot be met is refused: a lone column, a threshold above 1, a prior without calibration", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  await expect(matcher.predict({ image: pairs.image })).rejects.toThrow(/image and caption/);
  await expect(matcher.predict(mixed, { threshold: 1.5 })).rejects.toThrow(RangeError);
  await expect(matcher.predict(mixed, { prior: 0.5 })).rejects.toThrow("needs a calibration");
});

test("an id without content is one failure that names it", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const data = { image: [1, 4], caption: ["red dog", "blue car"] };
  const { failures, labels } = await matcher.predict(data, {
    idMappings: { image: { 1: "red-dog.jpg" } },
  });
  expect(failures).toMatchObject([{ index: 1, code: "ID_NOT_MAPPED", input: "4" }]);
  expect(labels[1]).toBeNull();
});
