import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { KeyTable } from "../src/key_table.ts";

const keyOf = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 32);

function read(table: KeyTable, key: string, ordinal?: number): number[] {
  const at = table.at(key, ordinal);
  return [...table.numbers.subarray(at, at + 2)];
}

function write(table: KeyTable, numbers: number[], key: string, ordinal?: number): void {
  table.numbers.set(numbers, table.at(key, ordinal));
}

Deno.test("numbers are found again for every one of many keys and ordinals, and a new key begins with zeros", () => {
  const table = new KeyTable(2);
  const expected = new Map<string, number[]>();
  for (let i = 0; i < 20_000; i++) {
    const [key, ordinal] = [keyOf(`key ${i % 7_000}`), i % 3];
    const before = expected.get(`${key}#${ordinal}`) ?? [0, 0];
    assert.deepEqual(read(table, key, ordinal), before);
    const numbers = [before[0]! + 1, 2 ** 32 - 1 - i];
    write(table, numbers, key, ordinal);
    expected.set(`${key}#${ordinal}`, numbers);
  }
  for (const [id, numbers] of expected) {
    const [key = "", ordinal] = id.split("#");
    assert.deepEqual(read(table, key, Number(ordinal)), numbers);
  }
});

Deno.test("keys that differ in one digit have entries of their own", () => {
  const table = new KeyTable(2);
  const keys = Array.from({ length: 24 }, (_, i) => "0".repeat(i) + "8" + "0".repeat(31 - i));
  keys.forEach((key, i) => write(table, [i + 1, 0], key));
  assert.deepEqual(keys.map((key) => read(table, key)[0]), keys.map((_, i) => i + 1));
  assert.deepEqual(read(table, "0".repeat(32)), [0, 0], "the key of zeros is a key too");
});

Deno.test("ordinals of the largest key have entries of their own", () => {
  const table = new KeyTable(2);
  const key = "f".repeat(32);
  for (let ordinal = 0; ordinal < 3; ordinal++) write(table, [ordinal + 1, 0], key, ordinal);
  assert.deepEqual([0, 1, 2].map((ordinal) => read(table, key, ordinal)[0]), [1, 2, 3]);
});
