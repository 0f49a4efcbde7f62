import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { shellWord } from "./shell-word.ts";

test("plain paths stay as they are", () => {
  expect(shellWord("./runs/2026-01-02/model.v1")).toBe("./runs/2026-01-02/model.v1");
});

test.each(["my run", "it's", "$HOME/*", 'a"b'])("the shell reads %s back as one word", (word) => {
  const { stdout } = spawnSync("sh", ["-c", `printf %s ${shellWord(word)}`], { encoding: "utf8" });
  expect(stdout).toBe(word);
});
