import type { ItemFailure } from "@semblance/core";
import { countOf, formatCount, shorten } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import { section } from "../section.ts";

const shown = 200;

/** What was left out of the evaluation, and why. */
export function failuresSection(failures: readonly ItemFailure[]): Markup {
  return section("left-out", "Left out", failures.length === 0 ? none() : list(failures));
}

function none(): Markup {
  return markup`<p>Nothing: every item of the data was read and used.</p>`;
}

function list(failures: readonly ItemFailure[]): Markup {
  const more = failures.length - shown;
  return markup`<p>${countOf(failures.length, "item")} could not be used; the figures are about the others.${more > 0 ? ` The first ${formatCount(shown)}:` : ""}</p>
<ul class="failures">${failures
    .slice(0, shown)
    .map(
      ({ code, message }) => markup`<li><code>${code}</code> ${shorten(message, 500)}</li>`,
    )}</ul>`;
}
