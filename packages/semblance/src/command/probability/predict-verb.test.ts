import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readTable } from "@semblance/data";
import { expect, test } from "vitest";
import { runCommand, runForDocument } from "../../../fixtures/command-run.ts";
import { folderWithPairs, pairs, tinyModel } from "../../../fixtures/tiny-model.ts";

const predict = (folder: string, ...more: string[]) =>
  runForDocument("predict", "-m", tinyModel, "-d", join(folder, "pairs.csv"), ...more);

test("says of each row whether it matches, and that nothing was calibrated", async () => {
  const { exitCode, document } = await predict(folderWithPairs());
  expect(exitCode).toBe(0);
  expect(document).toMatchObject({
    schema: 1,
    failures: [],
    model: "tiny-clip",
    calibrated: false,
    method: "cosine",
    prior: null,
    threshold: 0.5,
    warnings: [],
    output: null,
  });
  expect(document.predictions.map(({ row }) => row)).toEqual([0, 1, 2, 3]);
  for (const { match, score, ...others } of document.predictions) {
    expect(match).toBe(Number(score >= 0));
    expect(others).not.toHaveProperty("probability");
  }
});

test("--proba adds probabilities, and --threshold decides by them", async () => {
  const folder = folderWithPairs();
  const { document } = await predict(folder, "--proba");
  const [first] = document.predictions;
  expect(first?.probability).toBeCloseTo(((first?.score ?? 9) + 1) / 2, 6);
  const threshold = String(first?.probability ?? 0);
  const { document: strict } = await predict(folder, "--proba", "--threshold", threshold);
  expect(strict.predictions).toHaveLength(4);
  for (const { match, probability = 9 } of strict.predictions) {
    expect(match).toBe(Number(probability >= Number(threshold)));
  }
});

test("a row that cannot be scored is one listed failure; the others keep their numbers", async () => {
  const folder = folderWithPairs({ "pairs.csv": pairs("missing.jpg,gone", "rgb.jpg,again") });
  const { exitCode, document } = await predict(folder);
  expect(exitCode).toBe(0);
  expect(document.failures).toMatchObject([{ index: 4, code: "IMAGE_NOT_FOUND" }]);
  expect(document.predictions.map(({ row }) => row)).toEqual([0, 1, 2, 3, 5]);
});

test("a table of which no row can be scored is an error, and nothing is written", async () => {
  const folder = folderWithPairs({ "pairs.csv": "image,caption\nmissing.jpg,gone\n" });
  const output = join(folder, "predictions.csv");
  const { exitCode, document } = await predict(folder, "-o", output);
  expect([exitCode, document.error.code]).toEqual([1, "NOTHING_TO_PREDICT"]);
  expect(document.failures).toMatchObject([{ index: 0, code: "IMAGE_NOT_FOUND" }]);
  expect(existsSync(output)).toBe(false);
});

test("-o writes the table with its predictions, commas, quotes and all", async () => {
  const folder = folderWithPairs({ "pairs.csv": pairs('missing.jpg,"gone, ""really"""') });
  const output = join(folder, "made/predictions.csv");
  await predict(folder, "--proba", "-o", output);
  expect(readFileSync(output, "utf8").split("\r\n")[0]).toBe(
    "image,caption,match,score,probability",
  );
  const { columns } = await readTable(output);
  expect(columns.caption?.at(-1)).toBe('gone, "really"');
  expect(columns.match?.at(-1)).toBeNull();
  expect(columns.caption?.[2]).toBe("a photo, loaded bit by bit");
});

test("own column names are read with --columns", async () => {
  const folder = folderWithPairs({ "pairs.csv": "file,title\nrgb.jpg,a photo\n" });
  const { document } = await predict(folder, "--columns", "image=file,caption=title");
  expect(document.predictions).toHaveLength(1);
});

test("for people it is a table that says how far to believe it", async () => {
  const folder = folderWithPairs();
  const table = join(folder, "pairs.csv");
  const { stdout } = await runCommand("predict", "-m", tinyModel, "-d", table, "--proba");
  expect(stdout).toContain(
    "tiny-clip, not calibrated ((cosine + 1) / 2): 4 pairs, a match from 0.5",
  );
  expect(stdout).toMatch(/row +image +caption +match +probability/);
  expect(stdout).toMatch(/0 +rgb\.jpg +a photo +[01] +0\.\d{4}/);
});

test("for people long cells are cut to 80 columns, paths at their beginning", async () => {
  const path = join(folderWithPairs(), "rgb.jpg");
  const caption = "a photo of ever more things, ".repeat(4);
  const folder = folderWithPairs({
    "pairs.csv": `image,caption,note\n${path},"${caption}","${caption}"\nmissing.jpg,gone,\n`,
  });
  const table = join(folder, "pairs.csv");
  const { stdout } = await runCommand("predict", "-m", tinyModel, "-d", table, "--proba");
  expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(stdout).toMatch(/\n0 +….*rgb\.jpg +a photo.*… +a photo.*… +[01] +0\.\d{4}\n/);
  expect(stdout).toContain("1 of 2 pairs");
});

test("a prior without a calibration is refused with what to do", async () => {
  const { exitCode, document } = await predict(folderWithPairs(), "--prior", "0.5");
  expect(exitCode).toBe(1);
  expect(document.error.message).toContain("needs a calibration");
});

test("a table without the columns is refused", async () => {
  const folder = folderWithPairs({ "pairs.csv": "photo,caption\nrgb.jpg,a photo\n" });
  const { exitCode, document } = await predict(folder);
  expect(exitCode).toBe(1);
  expect(document.error.code).toBe("COLUMN_NOT_FOUND");
});
