import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Progress } from "@semblance/core";
import sharp from "sharp";

const require = createRequire(import.meta.url);

/** The two sets that draw the same concepts in different styles. */
const drawingSets = ["noto", "twemoji"] as const;
type DrawingSet = (typeof drawingSets)[number];

// Animals and nature, food, travel and places, activities, objects: things that look like something.
const groups: ReadonlySet<number> = new Set([3, 4, 5, 6, 7]);
const imageSize = 96;
const mostTags = 4;
// Of 100 concepts, this many keep one of their two drawings for the split.
const shares = { test: 25, val: 12 };

/** Who drew and described the pictograms, and under which licences. */
export const attribution: string = `Twemoji, © Twitter, Inc and other contributors (https://github.com/jdecked/twemoji),
licensed under CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/).
Noto Emoji, © Google LLC (https://github.com/googlefonts/noto-emoji),
licensed under the Apache License 2.0 (https://www.apache.org/licenses/LICENSE-2.0).
Captions: labels and tags of Emojibase, © Miles Johnson (https://emojibase.dev), licensed under MIT.
Changes: drawn at ${imageSize} × ${imageSize} pixels on white.
`;

interface Concept {
  readonly label: string;
  readonly hexcode: string;
  readonly tags?: readonly string[];
  readonly group?: number;
}

interface Icons {
  readonly icons: Readonly<Record<string, { readonly body: string }>>;
  readonly width: number;
  readonly height: number;
}

interface Row {
  readonly image: string;
  readonly caption: string;
  readonly split: string;
}

/** Options of {@link buildPictogramDataset}. */
export interface BuildOptions {
  /** Gets `pictograms.csv`, a folder of PNGs per set, and `ATTRIBUTION.txt`. */
  readonly folder: string;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Builds a small real dataset from open pictogram sets: Noto Emoji (Apache-2.0) and Twemoji (CC BY
 * 4.0), captioned with Emojibase's labels and tags (MIT).
 *
 * The test split holds unseen drawings of seen concepts: for a quarter of the concepts one set's
 * drawing is kept out of training, and the other set's is in it.
 *
 * @returns the path of the table.
 */
export async function buildPictogramDataset(options: BuildOptions): Promise<string> {
  const { folder, onProgress } = options;
  const concepts = await readConcepts();
  const rows: Row[] = [];
  for (const set of drawingSets) {
    await mkdir(join(folder, set), { recursive: true });
    const draw = await openDrawings(set);
    for (const [done, concept] of concepts.entries()) {
      const png = await draw(concept.hexcode);
      if (png === undefined) continue;
      const image = `${set}/${concept.hexcode}.png`;
      await writeFile(join(folder, image), png);
      rows.push(...rowsOf(concept, set, image));
      onProgress?.({
        stage: `drawing ${set}`,
        done: done + 1,
        total: concepts.length,
        unit: "pictograms",
      });
    }
  }
  const table = join(folder, "pictograms.csv");
  await writeFile(join(folder, "ATTRIBUTION.txt"), attribution);
  await writeFile(table, toCsv(rows));
  return table;
}

async function readConcepts(): Promise<Concept[]> {
  const all = await readJson<Concept[]>("emojibase-data/en/data.json");
  return all.filter(({ group }) => group !== undefined && groups.has(group));
}

async function openDrawings(set: DrawingSet) {
  const names = await readJson<Record<string, string>>(`@iconify-json/${set}/chars.json`);
  const { icons, width, height } = await readJson<Icons>(`@iconify-json/${set}/icons.json`);
  return async (hexcode: string): Promise<Buffer | undefined> => {
    // Some sets name a character without the selector that asks for its coloured form.
    const code = hexcode.toLowerCase();
    const name = names[code] ?? names[code.replaceAll("-fe0f", "")];
    const body = name === undefined ? undefined : icons[name]?.body;
    if (body === undefined) return undefined;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}">${body}</svg>`;
    return sharp(Buffer.from(svg))
      .resize(imageSize, imageSize)
      .flatten({ background: "white" })
      .png()
      .toBuffer();
  };
}

function rowsOf(concept: Concept, set: DrawingSet, image: string): Row[] {
  const { label, tags = [] } = concept;
  const split = splitOf(concept.hexcode, set);
  if (split !== "train" || tags.length === 0) return [{ image, caption: label, split }];
  const described = `${label}: ${tags.slice(0, mostTags).join(", ")}`;
  return [label, described].map((caption) => ({ image, caption, split }));
}

// A hash of the concept decides, so that the split is the same wherever it is made.
function splitOf(hexcode: string, set: DrawingSet): "train" | "val" | "test" {
  const [byte = 0, side = 0] = createHash("sha256").update(hexcode).digest();
  if (drawingSets[side % 2] !== set) return "train";
  const percent = (byte / 256) * 100;
  if (percent < shares.test) return "test";
  return percent < shares.test + shares.val ? "val" : "train";
}

function toCsv(rows: readonly Row[]): string {
  const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
  const lines = rows.map((row) => [row.image, row.caption, row.split].map(quote).join(","));
  return `image,caption,split\n${lines.join("\n")}\n`;
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(require.resolve(path), "utf8"));
}
