import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

const folder = resolve(import.meta.dirname, "../../shared");
let isNoted = false;

/**
 * A path in the folder of reference data that stands beside the checkout, or `undefined` where there
 * is none: people outside have no such folder, so their tests skip, and say so in one line.
 *
 * @throws Error in CI, where the folder must be.
 */
export function sharedFolder(...parts: string[]): string | undefined {
  const path = join(folder, ...parts);
  if (existsSync(path)) return path;
  if (process.env.CI) throw new Error(`CI needs the reference data at ${path}.`);
  if (!isNoted) process.stderr.write(`No reference data at ${folder}: tests that need it skip.\n`);
  isNoted = true;
  return undefined;
}
