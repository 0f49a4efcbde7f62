import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeNpy } from "@semblance/core";
import { expect, test } from "vitest";
import { runCommand, runForDocument } from "../../../fixtures/command-run.ts";
import { evaluationOfTwo } from "../../../fixtures/two-pairs.ts";

const evaluation = () => evaluationOfTwo(["right", "wrong"]);

test("-o writes the document that --json prints, into a folder that it makes", async () => {
  const { folder, parameters } = evaluation();
  const file = join(folder, "results/new/eval.json");
  const { document } = await runForDocument(...parameters, "-o", file);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(document);
  expect(document).toMatchObject({ schema: 1, queries: `${file}.queries.jsonl` });
});

test("each query's line has its id, what is relevant, its hits and metrics", async () => {
  const { folder, parameters } = evaluation();
  const file = join(folder, "eval.json");
  await runCommand(...parameters, "-o", file, "--k", "1,2");
  const lines = readFileSync(`${file}.queries.jsonl`, "utf8").trimEnd().split("\n");
  expect(lines).toHaveLength(4);
  expect(JSON.parse(lines[1] ?? "")).toEqual({
    direction: "t2i",
    query: "wrong",
    cluster: 1,
    relevant: ["b.jpg"],
    hits: [
      { id: "a.jpg", score: expect.closeTo(0.8, 6) },
      { id: "b.jpg", score: expect.closeTo(0.6, 6) },
    ],
    metrics: expect.objectContaining({ "hit@1": 0, "hit@2": 1, "mrr@2": 0.5 }),
  });
  expect(JSON.parse(lines[2] ?? "")).toMatchObject({ direction: "i2t", query: "a.jpg" });
});

test("a line has the caption where the id is another, and the row's own columns", async () => {
  const { folder, parameters } = evaluation();
  const table = "image,caption,caption_id,language\na.jpg,right,1,en\nb.jpg,wrong,2,en\n";
  writeFileSync(join(folder, "pairs.csv"), table);
  const file = join(folder, "eval.json");
  await runCommand(...parameters, "-o", file);
  const lines = readFileSync(`${file}.queries.jsonl`, "utf8").trimEnd().split("\n");
  const own = { text: "right", metadata: { language: "en" } };
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ direction: "t2i", query: "1", ...own });
  expect(JSON.parse(lines[2] ?? "")).not.toHaveProperty("text");
});

test("a place that cannot be written to is one error, before any work", async () => {
  const { folder, parameters } = evaluation();
  const file = join(folder, "pairs.csv/eval.json");
  const { exitCode, document } = await runForDocument(...parameters, "-o", file);
  expect([exitCode, document.error.code]).toEqual([1, "NOT_A_FOLDER"]);
});

test("--ties puts equal scores in the order asked for, and says so", async () => {
  const { folder, parameters } = evaluation();
  const same = encodeNpy({ data: Float32Array.of(1, 0, 1, 0), shape: [2, 2] });
  writeFileSync(join(folder, "images.npy"), same);
  const { document } = await runForDocument(...parameters, "--ties", "pessimistic");
  expect(document.metrics["t2i.hit@1"]?.value).toBe(0);
  expect(document).toMatchObject({
    protocol: { ties: "pessimistic" },
    ties: { t2i: { queries: 2 } },
    manifest: { ties: "pessimistic" },
  });
});
