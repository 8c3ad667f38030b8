// Promises of the small things that terminals make hard: width, wrapping, harmless text, numbers, near names.
// deno-lint-ignore-file no-control-regex
import assert from "node:assert/strict";
import { cost, count, duration } from "../../src/cli/amounts.ts";
import { closest } from "../../src/cli/closest.ts";
import { safeJson, safeLine, safeText } from "../../src/cli/terminal_text.ts";
import { fit, pad, widthOf, wrap } from "../../src/cli/text_width.ts";

Deno.test("width counts columns, not characters", () => {
  const widths: [string, number][] = [
    ["", 0],
    ["plain", 5],
    ["レビュー", 8],
    ["한국어", 6],
    ["e\u0301", 1],
    ["👍", 2],
    ["❤\ufe0f", 2],
    ["🇩🇪", 2],
    ["👩‍💻", 4],
    ["𠮷野家", 6],
    ["✓ … ● ·", 7],
    ["\x1b[31mred\x1b[39m", 3],
    ["a\u200bb", 2],
  ];
  for (const [text, width] of widths) assert.equal(widthOf(text), width, JSON.stringify(text));
});

Deno.test("fit and pad never leave a text too wide, and never split a character", () => {
  const text = "レビュー 👩‍💻 e\u0301𠮷 plain 🇩🇪";
  for (let columns = 0; columns <= 40; columns++) {
    assert.ok(widthOf(fit(text, columns)) <= columns);
    assert.equal(widthOf(pad(text, columns)), columns);
    assert.equal(fit(text, columns).isWellFormed(), true);
  }
  assert.equal(pad("ab", 4, "right"), "  ab");
});

Deno.test("wrap loses no word, breaks at spaces, and keeps line breaks", () => {
  assert.deepEqual(wrap("one two three four\n\n  five", 10), ["one two", "three four", "", "  five"]);
  const long = "レビュー".repeat(30) + " " + "x".repeat(100);
  const lines = wrap(long, 20);
  assert.equal(lines.every((line) => widthOf(line) <= 20), true);
  assert.equal(lines.join("").replaceAll(" ", ""), long.replaceAll(" ", ""));
});

Deno.test("wrapping a megabyte without spaces ends soon", () => {
  assert.equal(wrap("x".repeat(1_000_000), 80).length, 12_500);
});

Deno.test("no control, escape or direction character reaches a terminal, and JSON keeps its value", () => {
  const evil = Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code)).join("") + "\u202e\u2066ok";
  assert.doesNotMatch(safeText(evil), /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
  assert.doesNotMatch(safeJson({ evil }), /[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
  assert.deepEqual(JSON.parse(safeJson({ evil })), { evil });
  assert.equal(safeText("a\r\nb\tc"), "a\nb\tc");
  assert.equal(safeLine("  a\n\n b\r"), "a b");
});

Deno.test("amounts read as people write them; an unknown cost is never 0", () => {
  assert.deepEqual([0, 9_949, 9_960, 59_400, 64_000, 7_440_000].map(duration), [
    "0.0s",
    "9.9s",
    "10s",
    "59s",
    "1m 04s",
    "2h 04m",
  ]);
  assert.deepEqual([0, 999, 1000, 12_345, 999_499, 999_999, 4_560_000].map(count), [
    "0",
    "999",
    "1.0k",
    "12.3k",
    "999k",
    "1.0M",
    "4.6M",
  ]);
  assert.deepEqual([null, 0, 0.00001, 0.0042, 12.3].map(cost), ["unknown", "$0.00", "<$0.0001", "$0.0042", "$12.30"]);
});

Deno.test("near names are found by typo, swap and beginning; far ones are not", () => {
  const names = ["run", "show", "logs", "summarize"];
  assert.deepEqual(closest("shwo", names), ["show"]);
  assert.deepEqual(closest("summ", names), ["summarize"]);
  assert.deepEqual(closest("deploy", names), []);
});
