import { expect, test } from "vitest";
import { DatasetError, ModelError, SemblanceError, TrainerError } from "./errors.ts";

test("an error is an instance of its own class and of the base, and of no other", () => {
  const error = new ModelError({ code: "MODEL_NOT_FOUND", message: "No model." });
  expect(ModelError.isInstance(error)).toBe(true);
  expect(SemblanceError.isInstance(error)).toBe(true);
  expect(DatasetError.isInstance(error)).toBe(false);
});

test("an error of another copy of the package is recognised by its brand", () => {
  const foreign = Object.assign(new Error("elsewhere"), {
    [Symbol.for("semblance.error.TrainerError")]: true,
  });
  expect(TrainerError.isInstance(foreign)).toBe(true);
});

test("nothing else is taken for an error of ours", () => {
  for (const value of [new Error("plain"), null, undefined, "text", {}]) {
    expect(SemblanceError.isInstance(value)).toBe(false);
  }
});

test("an error keeps its name, code, fix, cause and position", () => {
  const cause = new Error("below");
  const error = new DatasetError({
    code: "ROW_BROKEN",
    message: "Row 3 is broken.",
    fix: "Mend it.",
    cause,
    position: { file: "a.csv", line: 4 },
  });
  expect(error).toMatchObject({ name: "DatasetError", code: "ROW_BROKEN", fix: "Mend it." });
  expect(error.cause).toBe(cause);
  expect(error.position).toEqual({ file: "a.csv", line: 4 });
});

test("an error without a fix has no such key", () => {
  expect("fix" in new ModelError({ code: "ODD", message: "Odd." })).toBe(false);
});
