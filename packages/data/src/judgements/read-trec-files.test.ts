import { expect, test } from "vitest";
import { temporaryFile } from "../../fixtures/temporary-file.ts";
import { readTrecQrels, readTrecRun } from "./read-trec-files.ts";

test("reads a run and judgements as columns, whatever separates their fields", async () => {
  await using file = await temporaryFile(
    "a.run",
    "q1 Q0 d%201 1 0.5 tag\n\nq1\tQ0\td2\t2\t-1e-3\tt\r\n",
  );
  await file.add("a.qrels", "q1 0 d%201 2\nq2 0 d2 -1\n");

  expect(await readTrecRun(file.path)).toEqual({
    queries: ["q1", "q1"],
    documents: ["d%201", "d2"],
    scores: [0.5, -0.001],
  });
  expect(await readTrecQrels(file.path.replace(".run", ".qrels"))).toEqual({
    queries: ["q1", "q2"],
    documents: ["d%201", "d2"],
    relevance: [2, -1],
  });
});

test.each(["q1 Q0 d1 1 0.5", "q1 Q0 a dog 1 0.5 tag", "q1 Q0 d1 1 high tag", "q1 Q0 d1 1 NaN tag"])(
  "%s is no line of a run",
  async (line) => {
    await using file = await temporaryFile("a.run", `q1 Q0 d0 1 1 tag\n${line}\n`);

    await expect(readTrecRun(file.path)).rejects.toMatchObject({
      code: "INVALID_LINE",
      message: expect.stringContaining(`a.run:2: expected query Q0 document rank score tag, found`),
    });
  },
);
