import { isAbsolute, resolve } from "node:path";

const urlPattern = /^(?:[a-z][a-z\d+.-]*:\/\/|data:)/i;

/**
 * The images of one cell: paths separated by `;`, relative ones made absolute against `baseFolder`;
 * absolute paths, URLs and `data:` URIs stay as they are. Empty parts are left out.
 *
 * A semicolon that belongs to a URL has to be written `%3B`; those in the head of a `data:` URI
 * (`data:image/png;base64,…`) are understood.
 */
export function imageReferences(cell: string, baseFolder: string): string[] {
  const parts: string[] = [];
  for (const part of cell.split(";")) {
    const previous = parts.at(-1);
    if (previous !== undefined && isUnfinishedDataUri(previous)) {
      parts[parts.length - 1] = `${previous};${part}`;
    } else {
      parts.push(part);
    }
  }
  // A lone path is taken as it is written; between separators, spaces are for the eye.
  return (parts.length > 1 ? parts.map((part) => part.trim()) : parts)
    .filter((part) => part.trim() !== "")
    .map((part) => resolveImage(part, baseFolder));
}

/** One image: a relative path is made absolute, and any other path or address stays as it is. */
export function resolveImage(path: string, baseFolder: string): string {
  return urlPattern.test(path) || isAbsolute(path) ? path : resolve(baseFolder, path);
}

// The head of a data URI ends at its comma.
function isUnfinishedDataUri(part: string): boolean {
  return /^data:/i.test(part) && !part.includes(",");
}
