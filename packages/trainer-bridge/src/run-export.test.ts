import { expect, test } from "vitest";
import { type Behaviour, plainPython, scriptedWorker } from "../fixtures/scripted-fit.ts";
import { type ExportJob, runExport } from "./run-export.ts";

function exportScripted(behaviour: Behaviour, options: Partial<ExportJob> = {}) {
  const [checkpoint, output] = [`/models/${behaviour}`, "/models/made"];
  return runExport({
    ...{ checkpoint, output, python: plainPython, worker: scriptedWorker },
    ...options,
  });
}

test("an export resolves with its model, weights and certificate", async () => {
  expect(await exportScripted("works")).toMatchObject({
    model: "/models/made",
    weights: "ab".repeat(32),
    certificate: { tolerance: 1e-5, items: { images: 4, texts: 4 } },
    timing: { export: 0.5 },
  });
});

test("an export that fails keeps the worker's code and remedy", async () => {
  await expect(exportScripted("fails")).rejects.toMatchObject({
    code: "OUT_OF_MEMORY",
    fix: "use a smaller batchSize",
  });
});

test("an export that is aborted rejects with the reason, at once", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const begin = performance.now();
  const exporting = exportScripted("deaf", { signal: controller.signal });
  setTimeout(() => controller.abort(reason), 500);
  await expect(exporting).rejects.toBe(reason);
  expect(performance.now() - begin).toBeLessThan(5000);
});
