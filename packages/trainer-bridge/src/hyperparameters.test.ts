import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { plainPython } from "../fixtures/scripted-fit.ts";
import { hyperparameters, parseHyperparameters } from "./hyperparameters.ts";
import { pythonPath } from "./package-folder.ts";

const question = `
import dataclasses, json
from semblance_trainer.base.config import Hyperparameters
from semblance_trainer.base.negative_rules import HardNegatives
print(json.dumps(dataclasses.asdict(Hyperparameters(hard_negatives=HardNegatives()))))
`;

function toCamelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function toCamelCaseKeys(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([name, v]) => [toCamelCase(name), toCamelCaseKeys(v)]));
}

test("the defaults are those of Python's dataclass, and there are no others", () => {
  const answer: object = JSON.parse(
    execFileSync(plainPython, ["-c", question], {
      encoding: "utf8",
      env: { ...process.env, PYTHONPATH: pythonPath },
    }),
  );
  expect(parseHyperparameters({}).hardNegatives).toBeNull();
  expect(parseHyperparameters({ hardNegatives: {} })).toEqual(toCamelCaseKeys(answer));
});

test("a name that is not known is refused by name", () => {
  expect(() => parseHyperparameters({ learning_rate: 1 })).toThrow("learning_rate");
});

test.each([
  { batchSize: 0 },
  { learningRate: "fast" },
  { warmup: 1.5 },
  { ema: 1 },
  { layerDecay: 0 },
  { miniBatchSize: 0 },
  { precision: "int8" },
  { maxSteps: 2.5 },
  { threads: "two" },
  { hardNegatives: { rangeMin: 5, rangeMax: 5 } },
  { hardNegatives: { margin: 1 } },
])("%o does not fit", (value) => {
  expect(hyperparameters.safeParse(value).success).toBe(false);
});
