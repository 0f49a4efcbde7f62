import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { itemsFromGlobs, itemsFromLines } from "./embed-sources.ts";

async function namesOf(folder: string, ...patterns: string[]) {
  const paths = patterns.map((pattern) => join(folder, pattern));
  const items = await Array.fromAsync(itemsFromGlobs(paths, { folder: temporaryFolder() }));
  return items.map(({ id }) => id.slice(folder.length + 1));
}

async function linesOf(content: string) {
  const file = join(temporaryFolder({ "texts.txt": content }), "texts.txt");
  return (await Array.fromAsync(itemsFromLines(file))).map(({ id }) => id);
}

test("patterns give every file that matches, each once, sorted by path", async () => {
  const folder = temporaryFolder({ "b.jpg": "", "a.jpg": "", "deep/c.jpg": "", "notes.txt": "" });
  expect(await namesOf(folder, "**/*.jpg", "a.*")).toEqual(["a.jpg", "b.jpg", "deep/c.jpg"]);
  expect(await namesOf(folder, "*")).toEqual(["a.jpg", "b.jpg", "notes.txt"]);
});

test("a file whose name looks like a pattern is that file", async () => {
  const folder = temporaryFolder({ "cat[1].jpg": "", "cat1.jpg": "" });
  expect(await namesOf(folder, "cat[1].jpg")).toEqual(["cat[1].jpg"]);
});

test("a link is tried like the file it stands for, also when that is gone", async () => {
  const folder = temporaryFolder({ "a.jpg": "" });
  symlinkSync(join(folder, "a.jpg"), join(folder, "link.jpg"));
  symlinkSync(join(folder, "gone.jpg"), join(folder, "broken.jpg"));
  expect(await namesOf(folder, "*.jpg")).toEqual(["a.jpg", "broken.jpg", "link.jpg"]);
});

test("a path without a file is an item all the same: it will be a listed failure", async () => {
  const folder = temporaryFolder({ "a.jpg": "" });
  expect(await namesOf(folder, "a.jpg", "missing.jpg")).toEqual(["a.jpg", "missing.jpg"]);
});

test("a folder, and a pattern that nothing matches, are told what to write", async () => {
  const folder = temporaryFolder({ "photos/a.jpg": "" });
  await expect(namesOf(folder, "photos")).rejects.toMatchObject({ code: "IS_FOLDER" });
  await expect(namesOf(folder, "*.png")).rejects.toMatchObject({ code: "NOTHING_MATCHES" });
});

test("lines are texts in order of first appearance, empty ones left out", async () => {
  expect(await linesOf("two cats\r\n\n a dog \ntwo cats\n  \nlast")).toEqual([
    "two cats",
    " a dog ",
    "last",
  ]);
});

test("a byte order mark is no part of the first text", async () => {
  expect(await linesOf("\ufeffa dog\n")).toEqual(["a dog"]);
});

test("a file of texts that is not there says so", async () => {
  const lines = Array.fromAsync(itemsFromLines("/nowhere/texts.txt"));
  await expect(lines).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
});
