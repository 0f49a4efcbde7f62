// The demo in the terminal: a small CLIP learns from open pictograms, with the commands that users have.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { createMatcher, readTable, type SearchHit, semanticSearch } from "@semblance/semblance";
import { attribution, buildPictogramDataset } from "./build-dataset.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = resolve(process.env.SEMBLANCE_DEMO_FOLDER ?? resolve(root, ".demo"));
const run = resolve(folder, "run");
const secondsOfTraining = process.env.SEMBLANCE_DEMO_SECONDS ?? "120";

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Runs `semblance …` as a user would, and shows the line to type. */
function semblance(...parameters: string[]): void {
  const shown = parameters.map((part) => (part.startsWith(root) ? relative(root, part) : part));
  say(`\n$ npx semblance ${shown.join(" ")}`);
  const command = resolve(root, "packages/semblance/bin/semblance.js");
  const { status } = spawnSync(process.execPath, [command, ...parameters], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

async function openDataset(): Promise<string> {
  const table = resolve(folder, "pictograms.csv");
  if (existsSync(table)) return table;
  say("Drawing about 1,700 pictograms.");
  return buildPictogramDataset({ folder });
}

async function readMetric(document: string, metric: string): Promise<number> {
  const { metrics } = JSON.parse(await readFile(document, "utf8"));
  return metrics[metric].value;
}

async function showSearches(table: string): Promise<void> {
  const { columns, baseFolder = "" } = await readTable(table);
  const rows = columns.split?.flatMap((split, row) => (split === "test" ? [row] : [])) ?? [];
  const image = rows.map((row) => resolve(baseFolder, String(columns.image?.[row])));
  const caption = rows.map((row) => String(columns.caption?.[row]));
  await using matcher = await createMatcher({ model: run, query: "caption", response: "image" });
  const mark = (hit: SearchHit, wanted: number) =>
    `${hit.row === wanted ? "✓ " : ""}${caption[hit.row]} ${hit.score.toFixed(2)}`;

  // Evenly spread over the test split, not picked.
  const asked = [1, 2, 3].map((quarter) => Math.floor((quarter * rows.length) / 4));
  const queryData = { caption: asked.map((i) => caption[i] ?? "") };
  const found = await semanticSearch({ matcher, queryData, responseData: { image }, topK: 5 });
  say("\nText → image, among drawings that the model has never seen (✓ is the right one):");
  for (const [i, wanted] of asked.entries()) {
    say(`  "${caption[wanted]}"  →  ${found[i]?.map((hit) => mark(hit, wanted)).join(", ")}`);
  }

  const shown = asked.slice(0, 2);
  const imageQuery = { image: shown.map((i) => image[i] ?? "") };
  const named = await semanticSearch({
    matcher,
    queryData: imageQuery,
    responseData: { caption },
    topK: 5,
  });
  say("\nImage → text:");
  for (const [i, wanted] of shown.entries()) {
    const name = relative(folder, image[wanted] ?? "");
    say(`  ${name}  →  ${named[i]?.map((hit) => mark(hit, wanted)).join(", ")}`);
  }
}

const table = await openDataset();
say(`\n${attribution}`);
await rm(run, { recursive: true, force: true });
const before = resolve(folder, "before.json");
const after = resolve(folder, "after.json");

say("\n1. Train a small CLIP from scratch, and keep its untrained start.");
semblance(
  "train",
  "-m",
  "scratch:tiny",
  "-d",
  table,
  "--time-limit",
  `${secondsOfTraining}s`,
  "-o",
  run,
);

say(
  "\n2. Evaluate the untrained start on the test split: it knows nothing, so chance is what to expect.",
);
semblance("eval", "-m", resolve(run, "start"), "-d", table, "--split", "test", "-o", before);

say("\n3. Evaluate the trained model, exported to ONNX, with the same command.");
semblance("eval", "-m", run, "-d", table, "--split", "test", "-o", after);

const metric = "t2i.hit@10";
const { images } = JSON.parse(await readFile(after, "utf8")).dataset;
const chance = 10 / images;
say(
  `\nThe right image is among the first 10 of ${images}: untrained ${percent(await readMetric(before, metric))}, ` +
    `by chance ${percent(chance)}, trained ${percent(await readMetric(after, metric))} of the time.`,
);

say("\n4. Search.");
await showSearches(table);
say(
  `\nThe model is in ${relative(root, run)}: run any of the commands above again, or search it from code.`,
);

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}
