import { type Markup, markup } from "./markup.ts";

/** A part of the page that its navigation leads to. */
export function section(id: string, heading: string, body: Markup): Markup {
  return markup`<section id="${id}" aria-labelledby="${id}-heading"><h2 id="${id}-heading">${heading}</h2>
${body}</section>
`;
}
