// HTML as text for a model: headings, lists, tables and links stay; scripts, styles and navigation go. Imported when first needed.
import { convert } from "html-to-text";

/** Deeper and longer pages are cut: a page must not be able to exhaust the engine. */
const LIMITS = { maxInputLength: 5_000_000, maxDepth: 200, maxChildNodes: 20_000 };
const LEFT_OUT = ["nav", "footer", "aside", "form", "button", "svg", "img", "iframe", "noscript", "template"];

/** `url`: what links are relative to. */
export function htmlText(html: string, url: string): string {
  const absolute = (path: string) => URL.canParse(path, url) ? new URL(path, url).href : path;
  const title = /<title[^>]*>([^<]{1,300})/i.exec(html)?.[1];
  const text = convert(html, {
    wordwrap: false,
    limits: LIMITS,
    // The main part where the page marks one, else all of it.
    baseElements: { selectors: ["main", "[role=main]"], returnDomByDefault: true },
    selectors: [
      { selector: "a", options: { pathRewrite: absolute, hideLinkHrefIfSameAsText: true, noAnchorUrl: true } },
      ...["h1", "h2", "h3", "h4", "h5", "h6"].map((selector) => ({ selector, options: { uppercase: false } })),
      { selector: "table", format: "dataTable", options: { uppercaseHeaderCells: false } },
      ...LEFT_OUT.map((selector) => ({ selector, format: "skip" })),
    ],
  });
  const heading = title === undefined ? "" : convert(title, { wordwrap: false }).trim();
  return heading === "" || text.startsWith(heading) ? text : `${heading}\n\n${text}`;
}
