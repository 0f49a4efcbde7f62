/** Tells the person who waits what is being done: on standard error, since standard output is the result. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
