// What scripts say: English, or what a customer's page brings along in its own language.

/** Return the page's own word of this name, or the English one. */
export function word(name: string, english: string): string {
  const words = JSON.parse(document.body.dataset["words"] ?? "{}") as Record<string, string>;
  return words[name] ?? english;
}
