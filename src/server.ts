// The contract of the local HTTP endpoint: an engine behind /v1, an OpenAI-compatible face, MCP, and the dashboard.

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

/** What becomes of the runs that the server started: they end first, or they pause and can be resumed. */
export type StopMode = "finish" | "leave";

/** The endpoint of an engine ring, steered by the terminal ring. */
export interface Endpoint {
  /** Listens, and gives the URL with the port that was taken. Throws OdwError `conflict` when the port is taken. One server at a time. */
  serve(options: ServeOptions): Promise<{ url: string }>;
  /** A link that signs a browser in once. */
  signInLink(): Promise<string>;
  /** Takes no further request, ends the streams, and settles when the server's runs have stopped as asked. */
  stopServing(mode: StopMode): Promise<void>;
}
