/** The beginning of what data hold, in one line of at most so many characters; it cannot steer the terminal. */
export function shortenText(text: string, length: number): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, " ");
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}
