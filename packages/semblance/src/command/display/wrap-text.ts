const columns = 80;

/** Breaks a text at spaces into lines of at most 80 columns; a longer word has a line to itself. */
export function wrapText(text: string, firstIndent = "", indent: string = firstIndent): string {
  const lines: string[] = [];
  let line = firstIndent;
  let isEmpty = true;
  for (const word of text.split(/\s+/)) {
    if (!isEmpty && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = indent;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line].join("\n");
}
