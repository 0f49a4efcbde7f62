import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "@semblance/data";
import { expect, test } from "vitest";
import { sharedFolder } from "#shared";
import { runCommand } from "../../../fixtures/command-run.ts";
import { encodePhoto, openPhoto, photoChanges } from "../../../fixtures/photo-copies.ts";
import { temporaryFolder } from "../../../fixtures/temporary-folder.ts";
import { captions, folderWithPairs, pairs, tinyModel } from "../../../fixtures/tiny-model.ts";

const photos = sharedFolder("data", "flickr8k-800", "images");
const header = "image,caption,relevance,split";

interface DoctorDocument {
  readonly schema: number;
  readonly failures: readonly unknown[];
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  readonly mended?: readonly { readonly file: string; readonly rowsLeftOut: number }[];
}

async function examine(
  ...parameters: string[]
): Promise<{ exitCode: number; document: DoctorDocument }> {
  const { exitCode, stdout } = await runCommand("doctor", ...parameters, "--json");
  return { exitCode, document: JSON.parse(stdout) };
}

function inOneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}

function photoAt(number: number): string {
  return join(photos ?? "", readdirSync(photos ?? "").sort()[number] ?? "");
}

/** Rows of thirty photos, two thirds of them to train on. */
function cleanRows(): string[] {
  return Array.from({ length: 30 }, (_, i) => {
    return `${photoAt(i)},Photo number ${i}.,1,${i < 20 ? "train" : "test"}`;
  });
}

async function changedCopy(number: number, change: string): Promise<Uint8Array> {
  const changed = await photoChanges[change]?.(await openPhoto(photoAt(number)));
  return changed === undefined ? new Uint8Array(0) : encodePhoto(changed);
}

test.skipIf(photos === undefined)("finds nothing in clean photos, and exits with 0", async () => {
  const folder = temporaryFolder({ "pairs.csv": [header, ...cleanRows(), ""].join("\n") });
  const { exitCode, stdout } = await runCommand("doctor", join(folder, "pairs.csv"));
  expect(exitCode).toBe(0);
  expect(inOneLine(stdout)).toContain("30 rows, 30 images, 30 captions, 2 splits.");
  expect(stdout).toContain("Nothing found.");
});

test.skipIf(photos === undefined)(
  "finds damage among photos, names its rows, and mends it",
  async () => {
    const seeded = [
      "small.webp,A small copy.,1,test",
      "cropped.webp,A cropped copy.,1,test",
      "cut.jpg,A file that is cut off.,1,train",
      "lost.jpg,A file that is not there.,1,train",
      `${photoAt(25)},Photo number 3.,1,test`,
      `${photoAt(7)},A photo to train on.,1,test`,
    ];
    const folder = temporaryFolder({
      "pairs.csv": [header, ...cleanRows(), ...seeded, ""].join("\n"),
      "small.webp": await changedCopy(4, "96 pixels long"),
      "cropped.webp": await changedCopy(5, "2 % cropped off each side"),
      "cut.jpg": readFileSync(photoAt(6)).subarray(0, 5000),
    });
    const table = join(folder, "pairs.csv");

    const { exitCode, document } = await examine(table, "--mend");

    expect(exitCode).toBe(1);
    expect(document).toMatchObject({ schema: 1, failures: [] });
    expect(document.counts).toMatchObject({ rows: 36, splits: 2, errors: 5 });
    const rows = document.findings.map(({ kind, items }) => [kind, ...items.map(({ row }) => row)]);
    expect(rows).toEqual([
      ["image-across-splits", 7, 35],
      ["near-duplicate-across-splits", 4, 30, 5, 31],
      ["caption-across-splits", 3, 34],
      ["missing-image", 33],
      ["broken-image", 32],
    ]);
    expect(document.findings.at(-1)?.items[0]).toMatchObject({
      row: 32,
      image: "cut.jpg",
      split: "train",
      reason: expect.stringContaining("cut off"),
    });
    const mended = join(folder, "pairs.mended.csv");
    expect(document.mended).toEqual([{ file: mended, rowsLeftOut: 6 }]);
    expect((await examine(mended)).document.findings).toEqual([]);
  },
);

test("says it to people in 80 columns, with what mends it", async () => {
  const folder = folderWithPairs({ "pairs.csv": pairs("rgb.jpg,", "lost.jpg,A frog.") });
  const { exitCode, stdout } = await runCommand("doctor", join(folder, "pairs.csv"));
  expect(exitCode).toBe(1);
  expect(stdout).toContain("\nERROR 1 image is not there. (missing-image)\n    row 5 · lost.jpg ·");
  expect(stdout).toContain(
    "\nWARNING 1 row has no caption. (empty-caption)\n    row 4 · rgb.jpg ·",
  );
  expect(inOneLine(stdout)).toMatch(/→ Put the files there.* fault: add --mend\. WARNING/);
  expect(stdout).toMatch(/Kinds of findings: 1 error, \d warnings, 0 for information\.\n$/);
  const withoutPath = stdout.split("\n").filter((line) => !line.includes("semblance command"));
  expect(withoutPath.filter((line) => line.length > 80)).toEqual([]);
});

test("fixes name the command that mends, as it has to be typed", async () => {
  const folder = folderWithPairs({ "own.csv": "file,text\nlost.jpg,x\n" });
  const table = join(folder, "own.csv");
  const { document } = await examine(table, "--columns", "image=file,caption=text");
  expect(document.findings[0]?.fix).toMatch(
    `npx @semblance/semblance doctor '${table}' --columns image=file,caption=text --mend`,
  );
});

test("the command that mends reads the data as this one did", async () => {
  const table = join(folderWithPairs({ "results.csv": pairs("lost.jpg,x") }), "results.csv");
  const { document } = await examine(table, "--reader", "table");
  expect(document.findings[0]?.fix).toContain(`'${table}' --reader table --mend`);
});

test("finds the captions that a model would cut", async () => {
  const long = "a word ".repeat(60);
  const folder = folderWithPairs({ "pairs.csv": pairs(`rgb.jpg,${long}`) });
  const { exitCode, document } = await examine(join(folder, "pairs.csv"), "-m", tinyModel);
  expect(exitCode).toBe(0);
  expect(document.findings.map(({ kind }) => kind)).toContain("long-caption");
  const found = document.findings.find(({ kind }) => kind === "long-caption");
  expect(found?.items).toEqual([expect.objectContaining({ row: 4, reason: "the model cuts it" })]);
});

test("reads other formats than tables, and several sources only of tables", async () => {
  const images = Object.entries({ ...captions, "lost.jpg": "a frog" }).map(
    ([filename, raw], id) => ({
      filename,
      imgid: id,
      split: "test",
      sentences: [{ raw, imgid: id, sentid: id }],
    }),
  );
  const json = JSON.stringify({ dataset: "photos", images });
  const folder = folderWithPairs({ "dataset_photos.json": json });
  const [karpathy, table] = [join(folder, "dataset_photos.json"), join(folder, "pairs.csv")];

  const { exitCode, document } = await examine(karpathy);
  expect(exitCode).toBe(1);
  expect(document.findings.map(({ kind }) => kind)).toContain("missing-image");
  const both = await runCommand("doctor", table, karpathy);
  expect(both.exitCode).toBe(1);
  expect(both.stderr).toContain("only where all are tables");
});

test("needs data or --python", async () => {
  const { exitCode, stderr } = await runCommand("doctor");
  expect(exitCode).toBe(2);
  expect(stderr).toContain("give data to look at, or --python");
});
