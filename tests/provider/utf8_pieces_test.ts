// A text is the same however its bytes are cut.
import assert from "node:assert/strict";
import { Utf8Pieces } from "../../src/provider/utf8_pieces.ts";

const TEXT = "a\u00e9\u20ac\u{1f600} \ufeff z\u{10ffff}";

function decoded(pieces: Uint8Array[]): string {
  const decoder = new Utf8Pieces();
  const text = pieces.map((piece) => decoder.decode(piece)).join("");
  decoder.end();
  return text;
}

Deno.test("characters of one to four bytes survive every cut, also byte by byte", () => {
  const bytes = new TextEncoder().encode(TEXT);
  for (let first = 0; first <= bytes.length; first++) {
    for (let second = first; second <= bytes.length; second++) {
      const pieces = [bytes.slice(0, first), bytes.slice(first, second), bytes.slice(second)];
      assert.equal(decoded(pieces), TEXT);
    }
  }
  assert.equal(decoded([...bytes].map((byte) => Uint8Array.of(byte))), TEXT);
});

Deno.test("a byte order mark at the beginning is no text, one behind it is", () => {
  const bytes = new TextEncoder().encode(`\ufeff${TEXT}`);
  assert.equal(decoded([bytes]), TEXT);
  assert.equal(decoded([bytes.slice(0, 1), bytes.slice(1)]), TEXT);
});

Deno.test("bytes that are no UTF-8 throw, in a piece, over a cut, and at the end", () => {
  assert.throws(() => decoded([Uint8Array.of(0x61, 0xff, 0x62)]), TypeError);
  assert.throws(() => decoded([Uint8Array.of(0xe2), Uint8Array.of(0x61)]), TypeError);
  assert.throws(() => decoded([Uint8Array.of(0x61, 0xf0, 0x9f)]), TypeError);
  assert.throws(() => decoded([Uint8Array.of(0x80)]), TypeError);
});

Deno.test("what a piece holds back is kept when the buffer is used again", () => {
  const decoder = new Utf8Pieces();
  const buffer = Uint8Array.of(0x61, 0xc3);
  const text = decoder.decode(buffer);
  buffer.fill(0);
  assert.equal(text + decoder.decode(Uint8Array.of(0xa9)), "a\u00e9");
});
