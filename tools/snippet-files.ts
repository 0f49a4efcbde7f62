import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import sharp from "sharp";

const colors = ["red", "green", "blue", "orange", "purple", "brown"];
const shapes = {
  circle: '<circle cx="32" cy="32" r="22"/>',
  square: '<rect x="12" y="12" width="40" height="40"/>',
  triangle: '<path d="M32 8 L58 56 L6 56 Z"/>',
  bar: '<rect x="4" y="26" width="56" height="12"/>',
};

/**
 * Makes the files that README examples speak of: `photos/`, the tables `train.csv`, `val.csv` and
 * `test.csv`, and `clip/`, a small model with weights and ONNX, barely trained.
 */
export async function createSnippetFiles(folder: string): Promise<void> {
  mkdirSync(join(folder, "photos"), { recursive: true });
  const rows: string[][] = [[], [], []];
  const pairs = colors.flatMap((color) =>
    Object.entries(shapes).map(([shape, body]) => ({ color, shape, body })),
  );
  for (const [i, { color, shape, body }] of pairs.entries()) {
    const draw = async (name: string, place: string) => {
      const file = `photos/${name}.png`;
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="white"/><g fill="${color}" transform="${place}">${body}</g></svg>`;
      await sharp(Buffer.from(svg)).png().toFile(join(folder, file));
      return `${file},a ${color} ${shape},1`;
    };
    rows[i % 6 === 5 ? 2 : 0]?.push(await draw(`${color}-${shape}`, ""));
    // Enough for a calibration, and what a model that has learned these shapes finds.
    rows[1]?.push(await draw(`small-${color}-${shape}`, "translate(5 9) scale(0.8)"));
  }
  for (const [i, name] of ["train", "val", "test"].entries()) {
    const lines = ["image,caption,relevance", ...(rows[i] ?? [])];
    writeFileSync(join(folder, `${name}.csv`), `${lines.join("\n")}\n`);
  }
  trainBriefly(folder);
}

function trainBriefly(folder: string): void {
  const command = resolve(import.meta.dirname, "../packages/semblance/bin/semblance.js");
  const parameters =
    "train -m scratch:tiny -d train.csv --val val.csv -o clip --quiet --hyperparameters".split(" ");
  const hyperparameters = JSON.stringify({ maxSteps: 2, batchSize: 8 });
  const { status, stderr } = spawnSync(
    process.execPath,
    [command, ...parameters, hyperparameters],
    {
      cwd: folder,
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`Training a model for the examples failed:\n${stderr}`);
}
