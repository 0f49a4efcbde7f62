import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sharedFolder } from "#shared";
import { runForDocument } from "../../../fixtures/command-run.ts";
import { hasPython } from "../../../fixtures/python.ts";
import { temporaryFolder } from "../../../fixtures/temporary-folder.ts";

const checkpoint = sharedFolder("oracle", "tiny-clip", "checkpoint") ?? "";
const photos = sharedFolder("data", "flickr8k-800") ?? "";
const canRun = hasPython && checkpoint !== "" && photos !== "";
const names = ["t2i", "i2t"].flatMap((way) => [1, 5, 10].map((k) => `${way}.hit@${k}`));

/** The first 40 captions, of eight photos, and one photo that is not there. */
function writeTable(folder: string): string {
  const lines = readFileSync(join(photos, "test.csv"), "utf8").split("\n").slice(0, 41);
  const table = join(folder, "pairs.csv");
  writeFileSync(table, [...lines, "images/missing.jpg,a photo that is not there,1", ""].join("\n"));
  return table;
}

test.skipIf(!canRun)(
  "an export in fp32 and int8 states int8's cost on a dataset, as eval finds it",
  async () => {
    const folder = temporaryFolder();
    const model = join(folder, "model");
    const data = ["-d", writeTable(folder), "--base-folder", photos];
    const parameters = [checkpoint, "-o", model, "--dtype", "int8,fp32", ...data];
    const { exitCode, document } = await runForDocument("export", ...parameters);
    expect(exitCode).toBe(0);
    expect(document.failures).toMatchObject([{ code: "IMAGE_NOT_FOUND" }]);
    const { cost } = JSON.parse(readFileSync(join(model, "semblance.json"), "utf8")).certificate;
    expect(document).toMatchObject({ certificate: { cost } });
    expect(cost).toMatchObject({ dataset: true, items: { images: 8, texts: 40 } });
    expect(readdirSync(join(model, "onnx"))).toHaveLength(4);
    for (const dtype of ["fp32", "int8"]) {
      const choice = ["-m", model, "--dtype", dtype, "--k", "1,5,10", "--no-ci"];
      const { metrics } = (await runForDocument("eval", ...choice, ...data)).document;
      for (const name of names) {
        // int8's activations are quantised by batch, and batches differ between the two.
        const allowed = dtype === "fp32" ? 1e-9 : 0.1;
        const difference =
          (metrics[name]?.value ?? Number.NaN) - cost.precisions[dtype].metrics[name];
        expect(Math.abs(difference), `${dtype} ${name}`).toBeLessThanOrEqual(allowed);
      }
    }
  },
  60_000,
);
