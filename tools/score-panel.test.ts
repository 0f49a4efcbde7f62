import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import openWabt from "wabt";

const folder = join(import.meta.dirname, "../packages/core/src/scoring");

// Here, since core and its tests know nothing of Node.
test("core's module that scores panels is the text beside it, assembled", async () => {
  const text = readFileSync(join(folder, "score-panel.wat"), "utf8");
  const wabt = await openWabt();
  const module = wabt.parseWat("score-panel.wat", text, { simd: true });
  module.validate();
  const { buffer } = module.toBinary({});
  module.destroy();
  const assembled = Buffer.from(buffer).toString("base64");
  expect(readFileSync(join(folder, "score-panel-wasm.ts"), "utf8")).toContain(`"${assembled}"`);
});
