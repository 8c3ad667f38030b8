// TLS that a network's own authority signs: named in the error, and trusted where the user says so.
import assert from "node:assert/strict";
import { Place } from "./odw_process.ts";

const SCRIPT = `export const meta = { name: "one", description: "d" };\nreturn await agent("p");`;

Deno.test({
  name: "an unknown issuer names the variables that add a certificate, and each of them is honoured",
  ignore: Deno.build.os === "windows",
  async fn(t) {
    await using place = await Place.make();
    const { cert, key } = await makeCertificate(place.folder);
    await using near = await place.serve("openai-chat", { answer: () => "trusted" });
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, cert, key, onListen: () => {} },
      async (request) => {
        const { pathname } = new URL(request.url);
        return await fetch(near.url + pathname, {
          method: "POST",
          body: await request.text(),
          headers: request.headers,
        });
      },
    );
    await place.configure({
      providers: { far: { api: "openai-chat", baseUrl: `https://localhost:${server.addr.port}/v1`, apiKey: "k" } },
      models: { default: "far/m" },
      agent: { retries: 0 },
    });
    await place.write("one.js", SCRIPT);
    const file = `${place.folder}/authority.pem`;
    await t.step("unknown", async () => {
      const { stderr } = await place.odw(["run", "one.js", "--strict"]);
      assert.match(stderr, /UnknownIssuer.*SSL_CERT_FILE or NODE_EXTRA_CA_CERTS/);
    });
    for (const name of ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"]) {
      await t.step(name, async () => {
        const { code, stdout, stderr } = await place.odw(["run", "one.js"], { env: { [name]: file } });
        assert.deepEqual([code, stdout], [0, "trusted\n"], stderr);
      });
    }
    await t.step("a file that is not there is said", async () => {
      const { stderr } = await place.odw(["run", "one.js"], { env: { NODE_EXTRA_CA_CERTS: "/nowhere.pem" } });
      assert.match(stderr, /NODE_EXTRA_CA_CERTS is not used: \/nowhere\.pem cannot be read/);
    });
  },
});

/** An authority, and a certificate of it for localhost. */
async function makeCertificate(folder: string): Promise<{ cert: string; key: string }> {
  const openssl = async (...args: string[]) => {
    const { success, stderr } = await new Deno.Command("openssl", { args, cwd: folder, stderr: "piped" }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  };
  const subject = (name: string) => ["-nodes", "-newkey", "rsa:2048", "-subj", `/CN=${name}`];
  await openssl(
    "req",
    "-x509",
    "-days",
    "2",
    ...subject("Test authority"),
    "-keyout",
    "ca.key",
    "-out",
    "authority.pem",
  );
  await openssl("req", ...subject("localhost"), "-keyout", "own.key", "-out", "own.csr");
  await Deno.writeTextFile(`${folder}/own.ext`, "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n");
  const signing = ["-CA", "authority.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "own.ext"];
  await openssl("x509", "-req", "-days", "2", "-in", "own.csr", ...signing, "-out", "own.pem");
  return {
    cert: await Deno.readTextFile(`${folder}/own.pem`),
    key: await Deno.readTextFile(`${folder}/own.key`),
  };
}
