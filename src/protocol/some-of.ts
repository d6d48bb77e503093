/** The first few of many, for a sentence: `a, b, c and 11,997 more`. */
export function someOf(items: readonly string[], most = 8): string {
  if (items.length <= most) return items.join(', ');
  return `${items.slice(0, most).join(', ')} and ${(items.length - most).toLocaleString('en')} more`;
}

/** Foreign text, cut to `most` characters for a sentence. */
export function shortText(text: string, most = 100): string {
  return text.length <= most
    ? text
    : `${text.slice(0, most)}… (${text.length.toLocaleString('en')} characters)`;
}
