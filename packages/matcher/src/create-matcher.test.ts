import { ConfigError, rowOf } from "@semblance/core";
import { expect, test } from "vitest";
import { columns, freshEncoder, pairs } from "../fixtures/pairs.ts";
import { createMatcher } from "./create-matcher.ts";

test("embeds a column, several images in a cell as their renormalised mean", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const { embeddings } = await matcher.extractEmbedding({ image: ["red-dog.jpg;blue-car.jpg"] });
  expect(embeddings.count).toBe(1);
  expect(Math.hypot(...rowOf(embeddings, 0))).toBeCloseTo(1, 6);
});

test("embeds the side that signature names when the data has both", async () => {
  await using matcher = await createMatcher({ encoder: freshEncoder(), ...columns });
  const alone = await matcher.extractEmbedding({ caption: pairs.caption });
  const named = await matcher.extractEmbedding(pairs, { signature: "query" });
  expect(named.embeddings).toEqual(alone.embeddings);
  await expect(matcher.extractEmbedding(pairs)).rejects.toThrow("signature");
});

test("refuses options that do not fit, and a matcher without a model", async () => {
  const odd = { encoder: freshEncoder(), ...columns, problemtype: "x" } as never;
  await expect(createMatcher(odd)).rejects.toThrow('unknown key "problemtype"');
  await expect(createMatcher(columns)).rejects.toThrow(ConfigError);
});
