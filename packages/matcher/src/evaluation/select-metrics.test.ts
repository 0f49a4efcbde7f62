import { expect, test } from "vitest";
import { columns, freshEncoder, pairs } from "../../fixtures/pairs.ts";
import { createMatcher } from "../create-matcher.ts";

const evaluate = async (metrics: string | readonly string[]) => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const found = await matcher.evaluate({ data: pairs, cutoffs: [1, 2], metrics });
  return { names: Object.keys(found.metrics).toSorted(), score: found.score };
};

test("a family is all its cut-offs in both directions", async () => {
  const { names } = await evaluate("recall");
  expect(names).toEqual(["i2t.recall@1", "i2t.recall@2", "t2i.recall@1", "t2i.recall@2"]);
});

test("a name is both directions, a name with its direction is one", async () => {
  const { names } = await evaluate(["ndcg@2", "t2i.map@1", "medr"]);
  expect(names).toEqual(["i2t.medr", "i2t.ndcg@2", "t2i.map@1", "t2i.medr", "t2i.ndcg@2"]);
});

test("what is listed does not change the score", async () => {
  expect((await evaluate("medr")).score).toBe((await evaluate("recall")).score);
});

test("a metric that there is not is refused, and the message lists what there is", async () => {
  await expect(evaluate("accuracy")).rejects.toThrow(/no metric "accuracy".*hit, recall/);
});
