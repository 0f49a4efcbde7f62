import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";

/** Says that all is loaded, then measures once for every line on standard input: see `system.ts`. */
export async function answerRuns(measure: () => Promise<readonly number[]>): Promise<void> {
  process.stdout.write("ready\n");
  for await (const _ of createInterface({ input: process.stdin })) {
    const started = performance.now();
    const figures = await measure();
    const seconds = (performance.now() - started) / 1000;
    process.stdout.write(`${JSON.stringify({ seconds, memory: await peakMiB(), figures })}\n`);
  }
}

async function peakMiB(): Promise<number> {
  const status = await readFile("/proc/self/status", "utf8");
  return Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1]) / 1024;
}
