import fc from "fast-check";
import { expect, test } from "vitest";
import { nearHashes } from "./near-hashes.ts";

type Hash = readonly [number, number];

const word = fc.integer({ min: 0, max: 0xffffffff });
const flips = fc.array(fc.integer({ min: 0, max: 63 }), { maxLength: 16 });

function flip([high, low]: Hash, bits: readonly number[]): Hash {
  const big = bits.reduce((value, bit) => value ^ (1n << BigInt(bit)), toBigInt([high, low]));
  return [Number(big >> 32n), Number(big & 0xffffffffn)];
}

function toBigInt([high, low]: Hash): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

function distance(first: Hash, second: Hash): number {
  return (toBigInt(first) ^ toBigInt(second)).toString(2).replaceAll("0", "").length;
}

test("finds the pairs that comparing all with all finds, each once", () => {
  const near = fc.tuple(fc.tuple(word, word), fc.array(flips, { maxLength: 6 }));
  const cases = fc.tuple(fc.array(near, { maxLength: 5 }), fc.integer({ min: 0, max: 15 }));
  fc.assert(
    fc.property(cases, ([groups, maxDistance]) => {
      const hashes = groups.flatMap(([hash, others]) => [
        hash,
        ...others.map((bits) => flip(hash, bits)),
      ]);
      const expected = hashes.flatMap((first, i) =>
        hashes.flatMap((second, j) =>
          j > i && distance(first, second) <= maxDistance ? `${i},${j}` : [],
        ),
      );
      const found = [...nearHashes(hashes, maxDistance)].map(([i, j]) => `${i},${j}`);
      expect(found.sort()).toEqual(expected.sort());
    }),
    { seed: 8, numRuns: 60 },
  );
});
