import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import openWabt from "wabt";

const packages = join(import.meta.dirname, "../packages");

// Here, since these packages and their tests know nothing of Node.
test.each(["core/src/scoring/score-panel", "eval/src/retrieval/ranking/scan-scores"])(
  "the module of %s is the text beside it, assembled",
  async (name) => {
    const text = readFileSync(join(packages, `${name}.wat`), "utf8");
    const wabt = await openWabt();
    const module = wabt.parseWat(`${name}.wat`, text, { simd: true });
    module.validate();
    const { buffer } = module.toBinary({});
    module.destroy();
    const assembled = Buffer.from(buffer).toString("base64");
    expect(readFileSync(join(packages, `${name}-wasm.ts`), "utf8")).toContain(`"${assembled}"`);
  },
);
