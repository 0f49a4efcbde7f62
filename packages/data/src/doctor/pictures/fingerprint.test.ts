import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { drawPicture } from "../../../fixtures/plain-pictures.ts";
import { fingerprintOf } from "./fingerprint.ts";

interface Case {
  readonly width: number;
  readonly height: number;
  readonly hash: string;
  readonly corner: readonly number[];
}

const cases: readonly Case[] = JSON.parse(
  await readFile(join(import.meta.dirname, "../../../fixtures/fingerprints.json"), "utf8"),
);

test.each(cases)("hashes $width × $height pixels as SciPy's cosine transform does", (expected) => {
  const { width, height } = expected;
  const picture = drawPicture(width, height, (x, y) => [
    (Math.floor((x * x) / 8) + 3 * y) % 256,
    Math.floor((x * y) / 4) % 256,
    (5 * x + Math.floor((y * y) / 6)) % 256,
  ]);

  const { hash, thumbnail } = fingerprintOf(picture);

  expect(hash.map((half) => half.toString(16).padStart(8, "0")).join("")).toBe(expected.hash);
  expect(thumbnail).toHaveLength(16 * 16 * 3);
  expect([...thumbnail.subarray(0, 3)]).toEqual(expected.corner.map(Math.round));
});
