// Writes what a report's page is made with: run it after a change in packages/eval/page.
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { buildReportPage } from "./report-page.ts";

await writeFile(
  resolve(import.meta.dirname, "../packages/eval/src/report/page-assets.ts"),
  await buildReportPage(),
);
