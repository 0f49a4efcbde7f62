/** How relevant each relevant item of a query is: item row → grade above 0. */
export type Grades = ReadonlyMap<number, number>;
