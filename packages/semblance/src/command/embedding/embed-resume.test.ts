import { join } from "node:path";
import { expect, test } from "vitest";
import { writeColoredSquares } from "../../../fixtures/colored-squares.ts";
import { filesIn } from "../../../fixtures/embed-output.ts";
import { runUntilKilled } from "../../../fixtures/killed-command.ts";
import { temporaryFolder } from "../../../fixtures/temporary-folder.ts";
import { folderWithPairs, pairs, tinyModel } from "../../../fixtures/tiny-model.ts";

const isWhole = process.env.SEMBLANCE_SLOW !== undefined;
const timeout = isWhole ? 900_000 : 60_000;
const embed = ["embed", "-m", tinyModel];

function commandFor(texts: number): string[] {
  const lines = Array.from({ length: texts }, (_, i) => `caption ${i} ${"🐈 ".repeat(i % 9)}`);
  const folder = temporaryFolder({ "texts.txt": lines.join("\n") });
  const source = ["--texts", join(folder, "texts.txt")];
  return [...embed, ...source, "--rows-per-shard", String(texts / 2.5)];
}

function imagesCommand(): string[] {
  const folder = temporaryFolder();
  writeColoredSquares(
    folder,
    "squares.csv",
    Array.from({ length: 250 }, (_, i) => i + 1),
  );
  return [...embed, "--images", join(folder, "*"), "--rows-per-shard", "800"];
}

const texts = ["texts", () => commandFor(30_000)] as const;
const images = ["images", imagesCommand] as const;

test.each(isWhole ? [texts, texts, texts, images, images, images] : [texts])(
  "killed again and again at random moments, the files of %s are those of work that was not",
  {
    timeout,
  },
  async (_, command) => {
    const parameters = command();
    const [whole, output] = [temporaryFolder(), temporaryFolder()];
    const { exitCode, milliseconds } = await runUntilKilled([...parameters, "-o", whole], {});
    expect(exitCode).toBe(0);
    let kills = 0;
    for (let run = 0; run < 6; run++) {
      const afterMs = milliseconds * (0.15 + 0.25 * Math.random());
      const ended = await runUntilKilled([...parameters, "-o", output, "--resume"], { afterMs });
      if (ended.exitCode === null) kills++;
    }
    await runUntilKilled([...parameters, "-o", output, "--resume"], {});
    expect(filesIn(output)).toEqual(filesIn(whole));
    // On a busy machine what is left may be done before its moment comes.
    expect(kills).toBeGreaterThanOrEqual(3);
  },
);

function pairsCommand(): string[] {
  const broken = pairs("broken.jpg,a photo", "rgb.jpg,once more", ",nothing");
  const folder = folderWithPairs({ "pairs.csv": broken, "broken.jpg": "no picture" });
  const source = ["-d", join(folder, "pairs.csv"), "--layout", "clip-retrieval"];
  return [...embed, ...source, "--rows-per-shard", "2"];
}

test.each([
  ["texts", () => commandFor(5000), 75],
  ["clip-retrieval's pairs", pairsCommand, 24],
] as const)(
  "killed before any write of %s, and resumed, the files are the same",
  {
    timeout,
  },
  async (_, command, usualStep) => {
    const parameters = command();
    const whole = temporaryFolder();
    await runUntilKilled([...parameters, "-o", whole], {});
    const step = isWhole ? 3 : usualStep;
    let moments = 0;
    for (let beforeWrite = Math.ceil(Math.random() * step); ; beforeWrite += step, moments++) {
      const output = temporaryFolder();
      const killed = await runUntilKilled([...parameters, "-o", output], { beforeWrite });
      if (killed.exitCode !== null) break;
      const resumed = await runUntilKilled([...parameters, "-o", output, "--resume"], {});
      expect([beforeWrite, resumed.exitCode]).toEqual([beforeWrite, 0]);
      expect(filesIn(output)).toEqual(filesIn(whole));
    }
    expect(moments).toBeGreaterThanOrEqual(3);
  },
);
