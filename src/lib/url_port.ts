// The port of a URL, said or not.

/** As text; that of the scheme where the URL names none. */
export function portOf(url: URL): string {
  return url.port || (url.protocol === "https:" ? "443" : "80");
}
