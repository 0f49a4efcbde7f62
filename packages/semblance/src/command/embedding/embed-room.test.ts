import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { embed, filesIn, folderWithTexts } from "../../../fixtures/embed-output.ts";
import { lockOutput } from "../../embed/output-lock.ts";

test("an output is not touched unless it is to be resumed or overwritten", async () => {
  const folder = folderWithTexts(5);
  const output = join(folder, "out");
  const source = ["--texts", join(folder, "texts.txt")];
  await embed(output, ...source, "--rows-per-shard", "2");
  writeFileSync(join(output, "mine.txt"), "kept");
  const before = filesIn(output);
  const refused = await embed(output, ...source);
  expect([refused.exitCode, refused.document.error.code]).toEqual([1, "OUTPUT_OCCUPIED"]);
  expect(filesIn(output)).toEqual(before);
  const { exitCode } = await embed(output, ...source, "--overwrite");
  expect(exitCode).toBe(0);
  expect(existsSync(join(output, "text_emb/text_emb_1.npy"))).toBe(false);
  expect(existsSync(join(output, "mine.txt"))).toBe(true);
});

test("resuming what is finished changes nothing and gives the same document", async () => {
  const folder = folderWithTexts(5);
  const output = join(folder, "out");
  const source = ["--texts", join(folder, "texts.txt")];
  const first = await embed(output, ...source, "--resume");
  const before = filesIn(output);
  const second = await embed(output, ...source, "--resume");
  expect(second.document).toEqual(first.document);
  expect(filesIn(output)).toEqual(before);
});

test.each([
  [["--rows-per-shard", "3"], "--rows-per-shard was 1000000, now 3"],
  [["--batch-size", "2"], "--batch-size was null, now 2"],
  [["--layout", "clip-retrieval"], '--layout was "semblance", now "clip-retrieval"'],
  [["--shard", "2/2"], "the number in --shard was 1, now 2; the count in --shard was 1, now 2"],
])("resuming with %j is refused, and the difference named", async (options, difference) => {
  const folder = folderWithTexts(5);
  const source = ["--texts", join(folder, "texts.txt")];
  await embed(join(folder, "out"), ...source);
  const { exitCode, document } = await embed(
    join(folder, "out"),
    ...source,
    ...options,
    "--resume",
  );
  expect([exitCode, document.error.code]).toEqual([1, "RESUME_MISMATCH"]);
  expect(document.error.message).toContain(`begun: ${difference}.`);
});

test("resuming with an input that has changed is refused", async () => {
  const folder = folderWithTexts(5);
  const source = ["--texts", join(folder, "texts.txt")];
  await embed(join(folder, "out"), ...source);
  appendFileSync(join(folder, "texts.txt"), "\none more");
  const { document } = await embed(join(folder, "out"), ...source, "--resume");
  expect(document.error.message).toContain("the input's SHA-256 was");
});

test("an output that another process writes to is left to it", async () => {
  const folder = folderWithTexts(5);
  const output = join(folder, "out");
  await using _ = await lockOutput(output);
  const { exitCode, document } = await embed(output, "--texts", join(folder, "texts.txt"));
  expect([exitCode, document.error.code]).toEqual([1, "OUTPUT_BUSY"]);
});
