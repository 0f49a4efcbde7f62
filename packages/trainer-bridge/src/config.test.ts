import { expect, test } from "vitest";
import { parseTrainerConfig } from "./config.ts";

test("a fit has one machine, and as many processes as suit it, unless told otherwise", () => {
  expect(parseTrainerConfig({})).toMatchObject({ processes: "auto", nodes: 1 });
});

test("several machines need a place to meet", () => {
  expect(() => parseTrainerConfig({ nodes: 2 })).toThrow(/rendezvous: expected HOST:PORT/);
  expect(() => parseTrainerConfig({ nodes: 2, rendezvous: "gpu-1" })).toThrow(/HOST:PORT/);
  expect(parseTrainerConfig({ nodes: 2, rendezvous: "gpu-1:29500" })).toMatchObject({ nodes: 2 });
});

test("a number of processes that cannot be is refused", () => {
  expect(() => parseTrainerConfig({ processes: 0 })).toThrow(/processes/);
  expect(() => parseTrainerConfig({ processes: 1.5 })).toThrow(/processes/);
});
