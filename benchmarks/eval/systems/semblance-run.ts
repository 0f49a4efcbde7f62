// All that `evaluateRun` measures by default, of the run in a file.
import { readFile } from "node:fs/promises";
import { evaluateRun, indexRun } from "@semblance/eval";
import { answerRuns } from "./answer-runs.ts";

const indexed = indexRun(JSON.parse(await readFile(process.argv[2] ?? "", "utf8")));

await answerRuns(async () => {
  const { metrics } = evaluateRun({ indexed });
  return [1, 5, 10].map((k) => Number(metrics[`hit@${k}`]));
});
