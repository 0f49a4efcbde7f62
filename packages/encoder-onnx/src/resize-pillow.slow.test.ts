import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { fixturePath } from "./fixtures/fixture-path.ts";
import { randomBytes } from "./fixtures/random-bytes.ts";
import { type ResizeKernel, type ResizeOptions, resizePillow } from "./resize-pillow.ts";

/** By Pillow's code. */
const kernels: readonly ResizeKernel[] = [
  "nearest",
  "lanczos",
  "bilinear",
  "bicubic",
  "box",
  "hamming",
];

type ResizeCase = Required<ResizeOptions> & { readonly window: object };

const script = fixturePath("resize_with_pillow.py");
const python = process.env.SEMBLANCE_PYTHON || "python3";
const hasPillow = findPillow();

function findPillow(): boolean {
  const { stdout } = spawnSync(python, [script], { input: "", encoding: "utf8" });
  if (Number.parseInt(stdout ?? "", 10) >= 13) return true;
  if (process.env.CI) throw new Error(`CI needs Pillow 13 in ${python} (SEMBLANCE_PYTHON).`);
  process.stderr.write("SEMBLANCE_PYTHON names no Python with Pillow 13: its comparison skips.\n");
  return false;
}

/** Numbers from 1 to `most`: half of them small, and one in sixteen 1. */
function createDraw(seed: number): (most: number) => number {
  const bytes = randomBytes(seed, 64);
  let at = 0;
  return (most) => {
    const [kind = 0, high = 0, low = 0] = bytes.subarray(at, at + 3);
    at += 3;
    if (kind < 16) return 1;
    return ((high * 256 + low) % (kind < 128 ? Math.min(most, 40) : most)) + 1;
  };
}

function drawCase(seed: number, kernel: ResizeKernel): ResizeCase {
  const draw = createDraw(seed);
  const [fromWidth, fromHeight, width, height] = [draw(700), draw(700), draw(500), draw(500)];
  const window = { left: draw(width) - 1, top: draw(height) - 1 };
  const size = { width: draw(width - window.left), height: draw(height - window.top) };
  const rgb = randomBytes(seed, fromWidth * fromHeight * 3);
  return {
    image: { rgb, width: fromWidth, height: fromHeight },
    width,
    height,
    kernel,
    // Every third result is wanted whole.
    window: seed % 3 === 0 ? { left: 0, top: 0, width, height } : { ...window, ...size },
  };
}

function hashesOfPillow(cases: readonly ResizeCase[]): string[] {
  const input = cases.flatMap(({ image, width, height, kernel, window }) => {
    const { left, top } = window;
    const question = {
      from: [image.width, image.height],
      to: [width, height],
      kernel: kernels.indexOf(kernel),
      window: [left, top, left + window.width, top + window.height],
    };
    return [Buffer.from(`${JSON.stringify(question)}\n`), image.rgb];
  });
  const { stdout } = spawnSync(python, [script], { input: Buffer.concat(input), encoding: "utf8" });
  return stdout.trim().split(/\r?\n/).slice(1);
}

function hashOfOurs(item: ResizeCase): string {
  return createHash("sha256").update(resizePillow(item).rgb).digest("hex");
}

test.skipIf(!hasPillow).each(kernels)(
  "%s gives the bytes of Pillow on 120 random images, up and down, whole and in part",
  (kernel) => {
    const cases = Array.from({ length: 120 }, (_, i) =>
      drawCase(kernels.indexOf(kernel) * 1000 + i, kernel),
    );
    const expected = hashesOfPillow(cases);
    const different = cases
      .filter((item, i) => hashOfOurs(item) !== expected[i])
      .map(({ image, window, ...rest }) => ({
        ...rest,
        from: [image.width, image.height],
        window,
      }));
    expect(expected).toHaveLength(120);
    expect(different).toEqual([]);
  },
  120_000,
);
