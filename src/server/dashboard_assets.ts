// The dashboard's files, as they lie in the executable. bundle.js is made by `deno task dashboard`.
import bundle from "./dashboard/bundle.js" with { type: "text" };
import page from "./dashboard/page.html" with { type: "text" };
import style from "./dashboard/style.css" with { type: "text" };

export interface Asset {
  path: string;
  contentType: string;
  body: string;
}

/** The page may load from its own server and from nowhere else, and nobody may frame it. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

export const ASSETS: readonly Asset[] = [
  { path: "/", contentType: "text/html; charset=utf-8", body: page },
  { path: "/dashboard.js", contentType: "text/javascript; charset=utf-8", body: bundle },
  { path: "/dashboard.css", contentType: "text/css; charset=utf-8", body: style },
];
