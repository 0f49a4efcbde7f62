import { readdirSync, readFileSync } from "node:fs";
import { evaluateRun } from "@semblance/eval";
import { expect, test } from "vitest";
import { runCommand, runForDocument } from "../../../fixtures/command-run.ts";
import { evaluationOfTwo } from "../../../fixtures/two-pairs.ts";

const evaluation = () => evaluationOfTwo(["the right", "wrong"]);

test.each([
  ["csv", "model,dataset,split,direction,metric,value,ci95_low,ci95_high,n\r\n"],
  ["markdown", "**embeddings** on pairs: 2 images, 2 texts, 2 pairs\n"],
  ["clip-benchmark", '{"dataset":"pairs","model":"embeddings"'],
])(
  "--format %s goes to stdout, or to the file that -o names, and there alone",
  async (name, begin) => {
    const { at, folder, parameters } = evaluation();
    const { stdout } = await runCommand(...parameters, "--format", name);
    expect(stdout.startsWith(begin)).toBe(true);

    await runCommand(...parameters, "--format", name, "-o", at("result"));
    expect(readFileSync(at("result"), "utf8").trimEnd()).toBe(stdout.trimEnd());
    expect(readdirSync(folder)).toHaveLength(4);
  },
);

test("--format trec writes runs and judgements that give the same figures", async () => {
  const { at, parameters } = evaluation();
  const { document } = await runForDocument(...parameters, "--format", "trec", "-o", at("mine"));

  for (const direction of ["t2i", "i2t"]) {
    const rows = (name: string) =>
      readFileSync(at(`mine.${direction}.${name}`), "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => line.split(" "));
    const column = (of: string[][], i: number) => of.map((row) => row[i] ?? "");
    const [qrels, run] = [rows("qrels"), rows("run")];
    const { metrics } = evaluateRun({
      qrels: {
        queries: column(qrels, 0),
        documents: column(qrels, 2),
        relevance: column(qrels, 3).map(Number),
      },
      run: {
        queries: column(run, 0),
        documents: column(run, 2),
        scores: column(run, 4).map(Number),
      },
    });
    for (const name of ["hit@1", "ndcg@5", "mrr@10"]) {
      expect(metrics[name], name).toBe(document.metrics[`${direction}.${name}`]?.value);
    }
  }
  expect(readFileSync(at("mine.t2i.run"), "utf8")).toContain("the%20right Q0 a.jpg 1 1 embeddings");
});

test("--format mteb writes a result for each direction", async () => {
  const { at, parameters } = evaluation();
  await runCommand(...parameters, "--format", "mteb", "-o", at("mine"));

  const read = (name: string) => JSON.parse(readFileSync(at(name), "utf8"));
  expect(read("mine.t2i.json").task_name).toBe("pairsT2IRetrieval");
  expect(read("mine.i2t.json").task_name).toBe("pairsI2TRetrieval");
});

test("--format json is the document that --json prints", async () => {
  const { parameters } = evaluation();
  const { stdout } = await runCommand(...parameters, "--format", "json");
  expect(JSON.parse(stdout)).toMatchObject({ schema: 1, dataset: { name: "pairs" } });
});

test.each([
  [["--format", "trec"], "-o FILE"],
  [["--format", "mteb", "-o", "x", "--k", "1,5"], "needs the cut-off 10"],
  [["--format", "trec", "-o", "x", "--folds", "2"], "no --folds"],
])("%s is refused before any work", async (options, reason) => {
  const { parameters } = evaluation();
  const { exitCode, stderr } = await runCommand(...parameters, ...options);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(reason);
});
