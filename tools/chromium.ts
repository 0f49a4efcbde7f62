import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
let isNoted = false;

/**
 * The path of a Chromium or Chrome: `CHROME_PATH`, or the first on the `PATH`. `undefined` where
 * there is none: tests that need one skip, and say so in one line.
 *
 * @throws Error in CI, where one must be.
 */
export function findChromium(): string | undefined {
  const { CHROME_PATH, PATH = "", CI } = process.env;
  const folders = PATH.split(delimiter);
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  const path = [CHROME_PATH, ...found].find((file) => file && existsSync(file));
  if (path !== undefined) return path;
  if (CI) throw new Error("CI needs Chromium: install it, or set CHROME_PATH.");
  if (!isNoted) process.stderr.write("No Chromium and no CHROME_PATH: tests in a browser skip.\n");
  isNoted = true;
  return undefined;
}
