/** What is known of an item beyond its content: the table's other columns. */
export type Metadata = Readonly<Record<string, string | number | boolean>>;
