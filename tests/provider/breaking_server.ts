// A server that sends exactly these bytes as a chunked body and then breaks the connection.

/** Answers every request of one connection after the other; `url` is without a path. */
export function startBreakingServer(body: string): AsyncDisposable & { url: string } {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const served = serve(listener, body);
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await served;
    },
  };
}

async function serve(listener: Deno.TcpListener, body: string): Promise<void> {
  const bytes = new TextEncoder().encode(body);
  const head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
  for await (const connection of listener) {
    await readRequest(connection);
    const answer = new TextEncoder().encode(`${head}${bytes.length.toString(16)}\r\n${body}\r\n`);
    for (let sent = 0; sent < answer.length;) sent += await connection.write(answer.subarray(sent));
    connection.close();
  }
}

/** To its last byte: what is left unread would take the answer back. */
async function readRequest(connection: Deno.TcpConn): Promise<void> {
  const chunk = new Uint8Array(65_536);
  let text = "";
  for (;;) {
    const end = text.indexOf("\r\n\r\n");
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
    if (end >= 0 && text.length >= end + 4 + length) return;
    const count = await connection.read(chunk);
    if (count === null) return;
    text += new TextDecoder("latin1").decode(chunk.subarray(0, count));
  }
}
