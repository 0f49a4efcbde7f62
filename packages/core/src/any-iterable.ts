/** A list, an iterable or a stream of `T`. A lone string is not a list of strings: wrap it in an array. */
export type AnyIterable<T> = (Iterable<T> & object) | AsyncIterable<T>;
