/** The first `most` of `items`, and how many more there are: "a, b and 3 more". */
export function namedList(items: readonly string[], most = 5): string {
  const named = items.slice(0, most).join(", ");
  return items.length > most ? `${named} and ${items.length - most} more` : named;
}
