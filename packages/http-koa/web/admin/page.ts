/** A page of a list, as the API gives it. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Null: nothing follows now. */
  readonly nextCursor: string | null;
}
