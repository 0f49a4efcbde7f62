import { type Markup, markup } from "./markup.ts";
import { script, style } from "./page-assets.ts";

/** A page and what its script reads. */
export interface Page {
  readonly title: string;
  readonly body: Markup;
  readonly data: unknown;
}

/**
 * One file that needs no other. Its policy lets nothing run but our script, nothing be loaded, and
 * nothing be sent: what captions say stays text.
 */
export async function renderPage({ title, body, data }: Page): Promise<string> {
  const policy = [
    "default-src 'none'",
    "img-src data:",
    `style-src ${await source(style)}`,
    `script-src ${await source(script)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const head = markup`<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>`;
  return `<!doctype html>
<html lang="en">
<head>
${head}
<style>${style}</style>
</head>
<body>
${body}
<script type="application/json" id="report-data">${toInertJson(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

// No "<" is left that could end the element; JSON reads the escape as the same character.
function toInertJson(data: unknown): string {
  return JSON.stringify(data).replaceAll("<", "\\u003c");
}

async function source(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`;
}
