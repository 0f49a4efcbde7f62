import { type Markup, markup } from "../markup.ts";
import { section } from "../section.ts";

/** What it takes to run the evaluation again. */
export function manifestSection(manifest: object | undefined): Markup {
  const body =
    manifest === undefined
      ? markup`<p>There is none.</p>`
      : markup`<details><summary>What it takes to run this evaluation again</summary><pre tabindex="0">${JSON.stringify(manifest, null, 2)}</pre></details>`;
  return section("manifest", "Manifest", body);
}
