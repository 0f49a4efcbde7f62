import { createRandom } from "../random.ts";

const words: readonly string[] = [
  ..."a the two three some young old small large red blue green white black brown".split(" "),
  ..."dog dogs man woman child children people bicycle boat horse bird car train".split(" "),
  ..."street beach field grass water snow rock wall table bench window river bridge".split(" "),
  ..."runs jumps sits stands rides climbs holds looks plays swims walks throws watches".split(" "),
  ..."on in over under near behind beside with through across while and along toward".split(" "),
  ..."ball hat coat shirt camera flag rope stick umbrella guitar bottle kite crowd".split(" "),
];

/** Made captions of 5 to 25 words, the same for the same count. */
export function makeCaptions(count: number): string[] {
  const random = createRandom(7);
  const below = (limit: number) => Math.floor(random() * limit);
  return Array.from({ length: count }, () => {
    const picked = Array.from({ length: 5 + below(21) }, () => words[below(words.length)]);
    return `${picked.join(" ")}.`;
  });
}
