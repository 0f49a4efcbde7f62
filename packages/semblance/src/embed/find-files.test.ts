import { globSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { findFiles } from "./find-files.ts";

function folderOfAll(): string {
  const names = [
    "x.jpg",
    "y.PNG",
    ".dot.jpg",
    ".hidden/h.jpg",
    "a/y.jpg",
    "a/b/z.jpg",
    "a/b/c/n.txt",
  ];
  const folder = temporaryFolder(Object.fromEntries(names.map((name) => [name, ""])));
  symlinkSync(join(folder, "x.jpg"), join(folder, "a/link.jpg"));
  return folder;
}

test.each([
  "*",
  "*.jpg",
  "**/*.jpg",
  "**/*",
  "a/*",
  "*/*",
  "a/**/*.{jpg,txt}",
  "{a,nothing}/*.jpg",
  "**/b/*",
  "[xy].*",
  "?.jpg",
  ".*",
  ".hidden/*",
  "**/.hidden/*.jpg",
])("%s finds the files that fs.glob does", async (pattern) => {
  const folder = folderOfAll();
  const found = await Array.fromAsync(findFiles(join(folder, pattern)));
  const files = globSync(pattern, { cwd: folder, withFileTypes: true });
  const expected = files.filter((entry) => !entry.isDirectory());
  expect(found.sort()).toEqual(expected.map((entry) => join(entry.parentPath, entry.name)).sort());
});

test("a pattern relative to the working folder finds absolute paths, each once", async () => {
  const found = await Array.fromAsync(findFiles("packages/../package.js*n"));
  expect(found).toEqual([join(process.cwd(), "package.json")]);
});

test("a link to a folder is neither a file nor entered", async () => {
  const folder = folderOfAll();
  symlinkSync(join(folder, "a"), join(folder, "again"));
  const found = await Array.fromAsync(findFiles(join(folder, "**/*")));
  expect(found.filter((path) => path.includes("again"))).toEqual([]);
  expect(found).toContain(join(folder, "a/y.jpg"));
});
