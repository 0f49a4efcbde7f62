import type { ThresholdTarget } from "@semblance/eval";
import { InvalidArgumentError } from "commander";

/** A number between 0 and 1: `0.05`. */
export function parseShare(text: string): number {
  const share = Number(text);
  if (text.trim() !== "" && share > 0 && share < 1) return share;
  throw new InvalidArgumentError("Write a number between 0 and 1, for example 0.05.");
}

/** `precision=0.9,recall=0.8,f1=max` as targets, in that order. */
export function parseTargets(text: string): readonly ThresholdTarget[] {
  return text.split(",").map(parseTarget);
}

function parseTarget(text: string): ThresholdTarget {
  const [what = "", value = ""] = text.split("=").map((part) => part.trim());
  if (what === "f1" && value === "max") return { f1: "max" };
  if (what === "precision") return { precision: parseShare(value) };
  if (what === "recall") return { recall: parseShare(value) };
  throw new InvalidArgumentError("Write precision=0.9, recall=0.9 or f1=max.");
}

/** `listed`, or a positive whole number. */
export function parseNegatives(text: string): "listed" | number {
  if (text === "listed") return text;
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError("Write listed, or a positive whole number.");
}
