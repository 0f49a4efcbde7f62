import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { hashModel } from "./model-hash.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

test("the weights' hash is the one that export wrote", async () => {
  const folder = temporaryFolder({ "semblance.json": '{"weights":"abc","other":1}' });
  expect(await hashModel(folder, "fp32")).toBe("abc");
});

test("without it, the hash is over the ONNX files in use, text before vision", async () => {
  const folder = temporaryFolder({
    "onnx/vision_model.onnx": "eyes",
    "onnx/text_model.onnx": "words",
    "onnx/vision_model_fp16.onnx": "half eyes",
    "onnx/text_model_fp16.onnx": "half words",
  });
  expect(await hashModel(folder, "fp32")).toBe(sha256("wordseyes"));
  expect(await hashModel(folder, "fp16")).toBe(sha256("half wordshalf eyes"));
});
