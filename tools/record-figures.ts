import type { TestContext } from "vitest";

/** What a test measured, by name: `{ "images, largest difference": 3e-7 }`. */
export type Figures = Readonly<Record<string, number | string>>;

declare module "vitest" {
  interface TaskMeta {
    figures?: Figures;
  }
}

/** Keeps what a slow test measured; `npm run test:slow` writes it down with the date. */
export function recordFigures({ task }: TestContext, figures: Figures): void {
  task.meta.figures = { ...task.meta.figures, ...figures };
}
