import fc from "fast-check";
import { expect, test } from "vitest";
import { tieGroups } from "./tie-groups.ts";

test("counts the same for many relevant items as for each of them alone", () => {
  const scores = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 40, maxLength: 120 });
  fc.assert(
    fc.property(scores, (values) => {
      const all = Float32Array.from(values);
      const relevant = values.map((_, i) => i).filter((i) => i % 2 === 0);
      for (const group of tieGroups(all, relevant)) {
        const [alone] = tieGroups(all, [group.relevant[0] ?? 0]);
        expect([group.above, group.size]).toEqual([alone?.above, alone?.size]);
      }
    }),
  );
});

test("takes −0 and 0 for one score", () => {
  expect(tieGroups(Float32Array.of(-0, 0, -1), [0])).toEqual([
    { above: 0, size: 2, relevant: [0] },
  ]);
});
