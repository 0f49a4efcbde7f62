import { createHash } from "node:crypto";
import { createFakeEncoder } from "@semblance/core/conformance";
import { expect, test } from "vitest";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { describeModel } from "./model-facts.ts";

const encoder = createFakeEncoder();
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

test("the weights' hash is the one that export wrote", async () => {
  const folder = temporaryFolder({ "semblance.json": '{"weights":"abc","other":1}' });
  const facts = await describeModel({ encoder, folder }, "fp32");
  expect(facts).toEqual({ id: encoder.id, name: encoder.name, dtype: "fp32", sha256: "abc" });
});

test("without it, the hash is over the ONNX files in use, text before vision", async () => {
  const folder = temporaryFolder({
    "onnx/vision_model.onnx": "eyes",
    "onnx/text_model.onnx": "words",
    "onnx/vision_model_fp16.onnx": "half eyes",
  });
  expect((await describeModel({ encoder, folder }, "fp32")).sha256).toBe(sha256("wordseyes"));
  expect((await describeModel({ encoder, folder }, "fp16")).sha256).toBe(sha256("half eyes"));
});
