// The contract of the local HTTP endpoint: an engine behind /v1, an OpenAI-compatible face, and the dashboard.
import type { Engine } from "./engine.ts";

export interface ServeOptions {
  hostname: string;
  /** 0: a free one. */
  port: number;
  /** What a client must send as bearer token. */
  token: string;
  /** Host names, without port, under which the server may be called. */
  hosts: string[];
  /** PEM texts; null: plain HTTP. */
  tls: { cert: string; key: string } | null;
  /** What becomes of a chat completion's run whose client went away. */
  onClientGone: "cancel" | "leave";
  version: string;
}

export interface Server extends AsyncDisposable {
  /** With the port that was taken: `http://127.0.0.1:7345`. */
  url: string;
}

/** An engine that can also serve itself. */
export interface ServableEngine extends Engine {
  /** Throws OdwError `conflict` when the port is taken. One server at a time. */
  serve(options: ServeOptions): Promise<{ url: string }>;
  /** A link that signs a browser in once. */
  signInLink(): Promise<string>;
  /** Takes no further request and ends the streams. */
  stopServing(): Promise<void>;
}
