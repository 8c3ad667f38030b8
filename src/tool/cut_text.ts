// Cuts a text in its middle: of a command's output the beginning and the end tell most.

/** At most `most` characters and a line that tells how many are left out. */
export function cutMiddle(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = Math.floor(most / 2);
  return `${text.slice(0, half)}\n[… ${text.length - 2 * half} characters left out …]\n${text.slice(-half)}`;
}

/** The beginning, with a line that tells how much more there was and how to get it. */
export function cutEnd(text: string, options: { most: number; hint: string }): string {
  if (text.length <= options.most) return text;
  return `${text.slice(0, options.most)}\n[… ${text.length - options.most} more characters: ${options.hint}]`;
}
