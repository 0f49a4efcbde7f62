import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const runFile = promisify(execFile);
// The path has a space, as users' paths do.
let demo: string;

beforeAll(async () => {
  demo = await mkdtemp(join(tmpdir(), "semblance examples "));
});
afterAll(() => rm(demo, { recursive: true }));

async function runExample(name: string, ...parameters: string[]): Promise<string> {
  const file = join(import.meta.dirname, name);
  const env = {
    ...process.env,
    SEMBLANCE_DEMO_FOLDER: demo,
    SEMBLANCE_DEMO_SECONDS: "60",
    SEMBLANCE_EXAMPLE_SECONDS: "15",
  };
  const options = { env, maxBuffer: 1e8 };
  const { stdout } = await runFile(process.execPath, [file, ...parameters], options);
  return stdout;
}

test("metrics from embeddings that are there", async () => {
  expect(await runExample("evaluate-embeddings.ts")).toContain("t2i.hit@1 0.750 [0.500,1.000]");
});

// The examples after this one use its dataset and models.
test("the demo trains from scratch, beats chance on unseen drawings, and searches", {
  timeout: 300_000,
}, async () => {
  const output = await runExample("pictograms/run-demo.ts");
  const { metrics, dataset } = JSON.parse(await readFile(join(demo, "after.json"), "utf8"));
  const [low] = metrics["t2i.hit@10"].ci95;
  expect(low).toBeGreaterThan(10 / dataset.images);
  expect(output).toContain("Text → image");
});

test("the encoder alone lists a file that is no image and encodes the others", async () => {
  const image = join(demo, "noto/1F34E.png");
  const output = await runExample(
    "encode-images.ts",
    join(demo, "run"),
    image,
    join(demo, "pictograms.csv"),
  );
  expect(output).toContain("1 images, 2 texts, 128 dimensions");
  expect(output).toContain("left out");
});

test("the predictor evaluates, fits, calibrates, predicts, searches, saves and loads", {
  timeout: 300_000,
}, async () => {
  const parameters = [join(demo, "run"), join(demo, "pictograms.csv"), join(demo, "predictor")];
  const output = await runExample("predictor.ts", ...parameters);
  expect(output).toMatch(/kept (best|start) after \d+ steps/);
  expect(output).toMatch(/the first pair of test matches with [01]\.\d{3} \(/);
  expect(output.match(/\.png 0\.\d{3}, a match with [01]\.\d{3}/g)).toHaveLength(3);
});
