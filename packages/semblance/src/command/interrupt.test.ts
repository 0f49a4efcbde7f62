import { join } from "node:path";
import { expect, test } from "vitest";
import { interruptCommand } from "../../fixtures/child-command.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { tinyModel } from "../../fixtures/tiny-model.ts";

test("Ctrl-C ends the work with exit code 130 and says so in the document; --resume finishes it", async () => {
  const lines = Array.from({ length: 30_000 }, (_, i) => `caption number ${i}`);
  const folder = temporaryFolder({ "texts.txt": lines.join("\n") });
  const texts = join(folder, "texts.txt");
  const parameters = ["embed", "-m", tinyModel, "-o", folder, "--texts", texts, "--json"];
  const { exitCode, stdout, stderr } = await interruptCommand(parameters, ["embedding texts"]);
  expect(exitCode).toBe(130);
  expect(JSON.parse(stdout)).toEqual({
    schema: 1,
    failures: [],
    error: {
      code: "INTERRUPTED",
      message: `Interrupted by Ctrl-C. What is done is kept in ${folder}.`,
      fix: "The same command with --resume goes on, and gives the same files.",
    },
  });
  const { exitCode: afterwards } = await interruptCommand([...parameters, "--resume"], []);
  expect(afterwards).toBe(0);
  expect(stderr).toContain("Press Ctrl-C again to end at once.");
  expect(stderr).not.toMatch(/\n +at /);
});
