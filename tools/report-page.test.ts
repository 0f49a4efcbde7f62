import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { buildReportPage } from "./report-page.ts";

const file = resolve(import.meta.dirname, "../packages/eval/src/report/page-assets.ts");

test("reports have the script and the style sheet that lie in packages/eval/page", async () => {
  expect(readFileSync(file, "utf8")).toBe(await buildReportPage());
});

test("neither ends the element that it stands in", async () => {
  expect(await buildReportPage()).not.toMatch(/<\/|<!--/);
});
