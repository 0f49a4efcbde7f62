import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import openWabt from "wabt";
import { resampleWasm } from "./resample-wasm.ts";

test("the module that runs is the text beside it, assembled", async () => {
  const text = readFileSync(join(import.meta.dirname, "resample.wat"), "utf8");
  const wabt = await openWabt();
  const module = wabt.parseWat("resample.wat", text, { simd: true });
  module.validate();
  const { buffer } = module.toBinary({});
  module.destroy();
  expect(Buffer.from(buffer).toString("base64")).toBe(resampleWasm);
});
