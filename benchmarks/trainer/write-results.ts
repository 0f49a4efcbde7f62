// node benchmarks/trainer/write-results.ts: RESULTS.md from trainer.json and methods.json, which lie
// beside it and are what `npm run --silent bench -- trainer --json` and `… trainer-methods --json` print.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Report } from "../report.ts";
import { resultsPage } from "./results-page.ts";

const read = async (name: string): Promise<Report> =>
  JSON.parse(await readFile(join(import.meta.dirname, name), "utf8"));
const page = resultsPage({
  trainer: await read("trainer.json"),
  methods: await read("methods.json"),
});
await writeFile(join(import.meta.dirname, "RESULTS.md"), page);
