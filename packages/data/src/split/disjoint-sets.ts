/** Sets of the numbers below a count, each number first in a set of its own. */
export interface DisjointSets {
  /** Makes one set of the two that hold these members. */
  join(first: number, second: number): void;
  /** The sets, each in ascending order, in order of their least member. */
  toGroups(): number[][];
}

/** Union–find with path halving. @see Tarjan and van Leeuwen 1984, doi:10.1145/62.2160 */
export function createDisjointSets(count: number): DisjointSets {
  const parents = Uint32Array.from({ length: count }, (_, i) => i);
  const parentOf = (member: number) => parents[member] ?? member;
  const rootOf = (member: number) => {
    let root = member;
    while (parentOf(root) !== root) {
      const grandparent = parentOf(parentOf(root));
      parents[root] = grandparent;
      root = grandparent;
    }
    return root;
  };
  return {
    join(first, second) {
      const roots = [rootOf(first), rootOf(second)];
      parents[Math.max(...roots)] = Math.min(...roots);
    },
    toGroups() {
      const groups = new Map<number, number[]>();
      for (let member = 0; member < count; member++) {
        const root = rootOf(member);
        const group = groups.get(root) ?? [];
        groups.set(root, group);
        group.push(member);
      }
      return [...groups.values()];
    },
  };
}
