import { expect, test } from "vitest";
import { z } from "zod";
import { ConfigError } from "./errors.ts";
import { parseConfig } from "./parse-config.ts";

const schema = z.strictObject({
  batchSize: z.int().positive().default(64),
  device: z.enum(["cpu", "cuda"]).default("cpu"),
  nested: z.strictObject({ rate: z.number() }).optional(),
});

function messageFor(value: unknown): string {
  try {
    parseConfig(schema, value, "fit options");
  } catch (error) {
    if (ConfigError.isInstance(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "accepted";
}

test("fills in defaults", () => {
  expect(parseConfig(schema, {}, "options")).toEqual({ batchSize: 64, device: "cpu" });
});

test("names the path, what was expected and the value found", () => {
  expect(messageFor({ nested: { rate: "fast" } })).toMatchInlineSnapshot(
    `"CONFIG_INVALID: Invalid fit options: nested.rate: expected number, found "fast"."`,
  );
});

test("lists every problem at once", () => {
  expect(messageFor({ batchSize: 0, device: "tpu" })).toMatchInlineSnapshot(
    `"CONFIG_INVALID: Invalid fit options: batchSize: Too small: expected number to be >0, found 0; device: Invalid option: expected one of "cpu"|"cuda", found "tpu"."`,
  );
});

test("refuses unknown keys by name", () => {
  expect(messageFor({ batchsize: 3 })).toMatchInlineSnapshot(
    `"CONFIG_INVALID: Invalid fit options: unknown key "batchsize"."`,
  );
  expect(messageFor({ nested: { rate: 1, Rate: 2 } })).toMatchInlineSnapshot(
    `"CONFIG_INVALID: Invalid fit options: nested: unknown key "Rate"."`,
  );
});

test("says so when there is no object at all", () => {
  expect(messageFor(undefined)).toMatchInlineSnapshot(
    `"CONFIG_INVALID: Invalid fit options: expected object, found nothing."`,
  );
});
