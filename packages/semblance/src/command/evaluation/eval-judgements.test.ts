import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeNpy } from "@semblance/core";
import { expect, test } from "vitest";
import { runCommand, runForDocument } from "../../../fixtures/command-run.ts";
import fixture from "../../../fixtures/judgements.json" with { type: "json" };
import { temporaryFolder } from "../../../fixtures/temporary-folder.ts";

/** The drawn vectors as files, with each caption judged for its own image. */
function evaluation() {
  const { imageIds, captionIds, dimension, images, captions } = fixture;
  const rows = captionIds.map((id, i) => {
    const image = imageIds[Math.floor(i / 5)];
    return `${image}.jpg,${image},caption ${id},${id}`;
  });
  const folder = temporaryFolder({
    "pairs.csv": `image,image_id,caption,caption_id\n${rows.join("\n")}\n`,
    "image_to_caption.json": JSON.stringify(fixture.image_to_caption.map),
    "caption_to_image.json": JSON.stringify(fixture.caption_to_image.map),
  });
  const at = (name: string) => join(folder, name);
  for (const [name, values] of Object.entries({ images, captions })) {
    const data = Float32Array.from(values);
    writeFileSync(at(name), encodeNpy({ data, shape: [data.length / dimension, dimension] }));
  }
  const vectors = ["--image-embeddings", at("images"), "--text-embeddings", at("captions")];
  return { at, parameters: ["eval", "-d", at("pairs.csv"), ...vectors] };
}

test.each([
  ["i2t", "image_to_caption"],
  ["t2i", "caption_to_image"],
] as const)("ECCV Caption's own figures come of its map alone (%s)", async (direction, name) => {
  const { at, parameters } = evaluation();
  const judgements = ["--judgements", at(`${name}.json`), "--replace-judgements"];
  const { document } = await runForDocument(...parameters, ...judgements);

  const { mapr, rprecision, r1, map } = fixture[name];
  const found = (metric: string) => document.metrics[`${direction}.${metric}`];
  expect(found("mapr")?.value).toBeCloseTo(mapr, 9);
  expect(found("rprecision")?.value).toBeCloseTo(rprecision, 9);
  expect(found("hit@1")?.value).toBeCloseTo(r1, 9);
  expect(found("hit@1")).toMatchObject({ n: Object.keys(map).length });
});

test("--judgements counts beside the data's own, says how it fits, and is verified", async () => {
  const { at, parameters } = evaluation();
  const judgements = ["--judgements", at("caption_to_image.json")];
  const plain = await runForDocument(...parameters);
  const { exitCode, stderr } = await runCommand(...parameters, ...judgements, "-o", at("result"));
  expect(exitCode).toBe(0);
  const pairs = Object.values(fixture.caption_to_image.map).flat().length;
  expect(stderr).toMatch(
    new RegExp(`${pairs} judgements fit, ${pairs - 9} of them new; 0 are of other items\\.`),
  );

  const { document, exitCode: verified } = await runForDocument("verify", at("result"));
  expect(verified).toBe(0);
  expect(document.metrics["t2i.recall@5"]).not.toEqual(plain.document.metrics["t2i.recall@5"]);
});

test("--replace-judgements without --judgements is refused", async () => {
  const { parameters } = evaluation();
  const { exitCode, stderr } = await runCommand(...parameters, "--replace-judgements");
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining("needs --judgements")]);
});
