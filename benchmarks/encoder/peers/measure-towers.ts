import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TowerJob, TowerResult } from "../tower-job.ts";

/** Embeddings of all items, `[items, dimension]`, row-major. */
type Encode = (items: readonly string[]) => Promise<Float32Array>;

/** A system's towers, each loaded on its first use. */
export interface Towers {
  readonly image: Encode;
  readonly text?: Encode;
}

/** Does a job in this process, and prints the result. */
export async function measureTowers(job: TowerJob, { image, text }: Towers): Promise<void> {
  await image(job.images.slice(0, 1));
  const firstImageAt = Date.now();
  const imageRate = await measure(image, job.images, join(job.output, "image.f32"), job);
  const imageMemory = await peakMemory();
  const texts = text &&
    job.texts.length > 0 && {
      text: await measure(text, job.texts, join(job.output, "text.f32"), job),
      bothMemory: await peakMemory(),
    };
  const result: TowerResult = { firstImageAt, image: imageRate, imageMemory, ...texts };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

async function measure(
  encode: Encode,
  items: readonly string[],
  file: string,
  { warmUp }: TowerJob,
): Promise<number> {
  await encode(items.slice(0, warmUp));
  const started = performance.now();
  const embeddings = await encode(items);
  const seconds = (performance.now() - started) / 1000;
  await writeFile(file, embeddings);
  return items.length / seconds;
}

/** The most memory this process has held, in MiB. */
async function peakMemory(): Promise<number> {
  // Linux counts the starting process's memory into maxRSS; VmHWM is this program's own.
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  const own = /^VmHWM:\s*(\d+)/m.exec(status)?.[1];
  return Number(own ?? process.resourceUsage().maxRSS) / 1024;
}
