import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { rolldown } from "rolldown";

const folder = resolve(import.meta.dirname, "../packages/eval/page");

/** The text of `page-assets.ts`: the script and the style sheet of a report's page in a string each. */
export async function buildReportPage(): Promise<string> {
  const bundle = await rolldown({ input: join(folder, "main.ts") });
  const { output } = await bundle.generate({ format: "iife", minify: true });
  await bundle.close();
  const style = await readStyles(join(folder, "styles"));
  return `// Made from packages/eval/page by tools/write-report-page.ts.

/** The script of a report's page. */
export const script: string =
  ${JSON.stringify(output[0].code.trim())};

/** Its style sheet. */
export const style: string =
  ${JSON.stringify(minifyStyle(style))};
`;
}

// In the order of their names: later rules win.
async function readStyles(styles: string): Promise<string> {
  const names = (await readdir(styles)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(styles, name), "utf8")));
  return texts.join("\n");
}

function minifyStyle(style: string): string {
  return style
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([{};,>]) ?/g, "$1")
    .trim();
}
