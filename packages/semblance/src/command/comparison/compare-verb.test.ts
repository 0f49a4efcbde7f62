import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeNpy } from "@semblance/core";
import { beforeEach, expect, test } from "vitest";
import { runCommand, runForDocument } from "../../../fixtures/command-run.ts";
import { temporaryFolder } from "../../../fixtures/temporary-folder.ts";

const count = 12;
const names = Array.from({ length: count }, (_, i) => `${i}.jpg`);

/** Evaluates captions of which the first `right` find their image, the others the next one's. */
async function evaluateTo(file: string, right: number, images = count): Promise<void> {
  const folder = temporaryFolder();
  const rows = names.slice(0, images).map((name, i) => `${name},a caption of number ${i}`);
  writeFileSync(join(folder, "pairs.csv"), ["image,caption", ...rows, ""].join("\n"));
  const unit = (row: number) => Float32Array.from({ length: images }, (_, i) => Number(i === row));
  const save = (name: string, placeOf: (row: number) => number) => {
    const vectors = Array.from({ length: images }, (_, row) => [...unit(placeOf(row))]);
    const data = Float32Array.from(vectors.flat());
    writeFileSync(join(folder, name), encodeNpy({ data, shape: [images, images] }));
  };
  save("images.npy", (row) => row);
  save("texts.npy", (row) => (row < right ? row : (row + 1) % images));
  const vectors = ["--image-embeddings", join(folder, "images.npy")];
  vectors.push("--text-embeddings", join(folder, "texts.npy"));
  const data = ["-d", join(folder, "pairs.csv"), "--k", "1,5,10", "--no-ci"];
  expect((await runCommand("eval", ...data, ...vectors, "-o", file)).exitCode).toBe(0);
}

let a: string;
let b: string;
let other: string;

beforeEach(async () => {
  const folder = temporaryFolder();
  [a, b, other] = [join(folder, "a.json"), join(folder, "b.json"), join(folder, "other.json")];
  await evaluateTo(a, 2);
  await evaluateTo(b, 11);
  await evaluateTo(other, 5, 8);
});

const compare = (...parameters: string[]) => runForDocument("compare", ...parameters);

test("two results are compared by every metric, with interval, p and Holm's p", async () => {
  const { exitCode, document } = await compare(a, b, "--resamples", "500");
  expect(exitCode).toBe(0);
  expect(document).toMatchObject({ schema: 1, failures: [], k: 1, files: { a, b } });
  expect(document.metrics["t2i.hit@1"]).toEqual({
    a: 2 / 12,
    b: 11 / 12,
    difference: 9 / 12,
    ci95: [expect.any(Number), expect.any(Number)],
    p: 2 / 2 ** 9, // all ways to swap nine queries
    pHolm: expect.any(Number),
    n: 12,
    verdict: expect.any(String),
  });
});

test("the queries that b fixes and breaks come with what either found", async () => {
  const { stdout } = await compare(a, b);
  const { fixed, broken } = JSON.parse(stdout);
  expect(fixed.t2i).toHaveLength(9);
  expect(broken.t2i).toEqual([]);
  expect(fixed.t2i[0]).toMatchObject({
    query: "a caption of number 2",
    relevant: ["2.jpg"],
    a: { hits: [{ id: "3.jpg" }, {}, {}] },
    b: { rank: 1, hits: [{ id: "2.jpg" }, {}, {}] },
  });
});

test("people see a table in 80 columns, a sentence that says what it shows, and examples", async () => {
  const { exitCode, stdout } = await runCommand("compare", a, b, "--resamples", "500");
  expect(exitCode).toBe(0);
  const lines = stdout.split("\n").slice(2); // the paths before may be longer
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
  expect(stdout).toMatch(/^t2i\.hit@1 +0\.1667 +0\.9167 +\+0\.7500 +\[\+0\.\d{4}, \+\d\.\d{4}\] /m);
  expect(stdout).toMatch(/^(B is better beyond chance on \d+|On none) of \d+ metrics/m);
  expect(stdout).toContain("text → image, hit@1: 9 fixed, 0 broken");
  expect(stdout).toMatch(/ {2}\+ a caption of number 2 {2}rank [\d.]+ → 1\n {6}A found 3\.jpg/);
});

test("--metrics names what to test, so that Holm's method corrects for no more than that", async () => {
  const { document, stdout } = await compare(a, b, "--metrics", "t2i.hit@1,rsum");
  expect(Object.keys(document.metrics)).toEqual(["t2i.hit@1", "rsum"]);
  expect(document.metrics["t2i.hit@1"]).toMatchObject({ p: 2 / 2 ** 9, verdict: "better" });
  expect(document.metrics["t2i.hit@1"]).toMatchObject({ pHolm: 2 / 2 ** 9 }); // the larger of two
  expect(JSON.parse(stdout).verdict).toEqual({ better: 2, worse: 0, tested: 2 });
  const { exitCode, document: refused } = await compare(a, b, "--metrics", "t2i.hit@3");
  expect([exitCode, refused.error.code]).toEqual([1, "ARGUMENT_INVALID"]);
});

test("--k chooses the cut-off of fixed and broken; one that is not there is an error", async () => {
  const { document } = await compare(a, b, "--k", "10", "--resamples", "50");
  expect(document).toMatchObject({ k: 10 });
  const { exitCode, document: refused } = await compare(a, b, "--k", "3");
  expect([exitCode, refused.error.code]).toEqual([1, "ARGUMENT_INVALID"]);
  expect(refused.error.message).toContain("1, 5, 10; found 3");
});

test("results over different galleries are refused, and the message says how they differ", async () => {
  const { exitCode, document } = await compare(a, other);
  expect([exitCode, document.error.code]).toEqual([1, "GALLERIES_DIFFER"]);
  expect(document.error.message).toContain("Images only in a (4): 8.jpg, 9.jpg, 10.jpg, ….");
});

test("a result is found with its queries when both are moved, and is nothing without them", async () => {
  const moved = join(temporaryFolder(), "moved.json");
  writeFileSync(moved, readFileSync(a));
  expect((await compare(moved, b, "--resamples", "50")).exitCode).toBe(0);
  renameSync(`${a}.queries.jsonl`, `${moved}.queries.jsonl`);
  expect((await compare(moved, b, "--resamples", "50")).exitCode).toBe(0);
  const { exitCode, document } = await compare(a, b);
  expect([exitCode, document.error.code]).toEqual([1, "QUERIES_MISSING"]);
});

test.each([
  ["no JSON", "none", ""],
  ["another document", "{}", ""],
  ["a line that is cut", undefined, '{"direction":"t2i"'],
])("%s is refused, with the file and what is wrong", async (_, text, line) => {
  const file = join(temporaryFolder(), "bad.json");
  writeFileSync(file, text ?? readFileSync(a));
  writeFileSync(`${file}.queries.jsonl`, `${readFileSync(`${a}.queries.jsonl`, "utf8")}${line}`);
  const { exitCode, document } = await compare(a, file);
  expect([exitCode, document.error.code]).toEqual([1, "RESULT_INVALID"]);
  expect(document.error.message).toContain("bad.json");
});
