import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { plainPython } from "../fixtures/scripted-fit.ts";
import { hyperparameters, parseHyperparameters } from "./hyperparameters.ts";
import { pythonPath } from "./package-folder.ts";

const question = `
import dataclasses, json
from semblance_trainer.config import Hyperparameters
print(json.dumps(dataclasses.asdict(Hyperparameters())))
`;

function toCamelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

test("the defaults are those of Python's dataclass, and there are no others", () => {
  const answer: object = JSON.parse(
    execFileSync(plainPython, ["-c", question], {
      encoding: "utf8",
      env: { ...process.env, PYTHONPATH: pythonPath },
    }),
  );
  const entries = Object.entries(answer).map(([name, value]) => [toCamelCase(name), value]);
  expect(parseHyperparameters({})).toEqual(Object.fromEntries(entries));
});

test("a name that is not known is refused by name", () => {
  expect(() => parseHyperparameters({ learning_rate: 1 })).toThrow("learning_rate");
});

test.each([
  { batchSize: 0 },
  { learningRate: "fast" },
  { warmup: 1.5 },
  { maxSteps: 2.5 },
  { threads: "two" },
])("%o does not fit", (value) => {
  expect(hyperparameters.safeParse(value).success).toBe(false);
});
