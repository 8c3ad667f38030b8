import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { KeyTable } from "../src/key_table.ts";

const keyOf = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 32);

Deno.test("numbers are found again for every one of many keys and ordinals, and a new key begins with zeros", () => {
  const table = new KeyTable(2);
  const expected = new Map<string, [number, number]>();
  for (let i = 0; i < 20_000; i++) {
    const [key, ordinal] = [keyOf(`key ${i % 7_000}`), i % 3];
    const numbers = table.of(key, ordinal);
    const before = expected.get(`${key}#${ordinal}`) ?? [0, 0];
    assert.deepEqual([...numbers], before);
    [numbers[0], numbers[1]] = [before[0] + 1, 2 ** 32 - 1 - i];
    expected.set(`${key}#${ordinal}`, [before[0] + 1, 2 ** 32 - 1 - i]);
  }
  for (const [id, numbers] of expected) {
    const [key = "", ordinal] = id.split("#");
    assert.deepEqual([...table.of(key, Number(ordinal))], numbers);
  }
});

Deno.test("keys that differ in one digit have entries of their own", () => {
  const table = new KeyTable(1);
  const keys = Array.from({ length: 32 }, (_, i) => "0".repeat(i) + "8" + "0".repeat(31 - i));
  keys.forEach((key, i) => table.of(key)[0] = i + 1);
  assert.deepEqual(keys.map((key) => table.of(key)[0]), keys.map((_, i) => i + 1));
  assert.equal(table.of("0".repeat(32))[0], 0, "the key of zeros is a key too");
});

Deno.test("an ordinal that carries over makes no other key", () => {
  const table = new KeyTable(1);
  const key = "f".repeat(32);
  for (let ordinal = 0; ordinal < 3; ordinal++) table.of(key, ordinal)[0] = ordinal + 1;
  assert.deepEqual([0, 1, 2].map((ordinal) => table.of(key, ordinal)[0]), [1, 2, 3]);
});
