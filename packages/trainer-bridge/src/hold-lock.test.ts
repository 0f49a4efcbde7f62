import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { holdLock } from "./hold-lock.ts";

const newPath = () => join(mkdtempSync(join(tmpdir(), "lock-")), "lock");

test("the second waits until the first lets go", async () => {
  const path = newPath();
  const order: string[] = [];
  const first = await holdLock({ path });
  const second = holdLock({ path, onWait: () => order.push("waits") });
  await expect.poll(() => order).toEqual(["waits"]);
  order.push("first lets go");
  await first[Symbol.asyncDispose]();
  await (await second)[Symbol.asyncDispose]();
  expect(order).toEqual(["waits", "first lets go"]);
  expect(existsSync(path)).toBe(false);
});

test("the lock of a process that is gone is taken over", async () => {
  const path = newPath();
  const { pid } = spawnSync(process.execPath, ["--version"]);
  writeFileSync(path, JSON.stringify({ pid, host: hostname() }));
  await using _lock = await holdLock({ path });
  expect(existsSync(path)).toBe(true);
});

test("the lock of another machine that nobody touched for a minute is taken over", async () => {
  const path = newPath();
  writeFileSync(path, JSON.stringify({ pid: process.pid, host: "another-machine" }));
  const twoMinutesAgo = Date.now() / 1000 - 120;
  utimesSync(path, twoMinutesAgo, twoMinutesAgo);
  await using _lock = await holdLock({ path });
  expect(existsSync(path)).toBe(true);
});

test("of two that take over at once one holds the lock", async () => {
  const path = newPath();
  const { pid } = spawnSync(process.execPath, ["--version"]);
  writeFileSync(path, JSON.stringify({ pid, host: hostname() }));
  let holders = 0;
  const take = async () => {
    await using _lock = await holdLock({ path });
    holders += 1;
    expect(holders).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    holders -= 1;
  };
  await Promise.all([take(), take()]);
});

test("waiting ends when it is aborted, with the reason", async () => {
  const path = newPath();
  await using _lock = await holdLock({ path });
  const reason = new Error("enough");
  const controller = new AbortController();
  const onWait = () => controller.abort(reason);
  await expect(holdLock({ path, signal: controller.signal, onWait })).rejects.toBe(reason);
});
