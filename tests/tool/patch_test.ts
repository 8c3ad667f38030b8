// apply_patch, in both forms.
import assert from "node:assert/strict";
import { join } from "node:path";
import { Workspace } from "./workspace.ts";

const CODE =
  "import a;\n\nclass A {\n  run() {\n    return 1;\n  }\n}\n\nclass B {\n  run() {\n    return 1;\n  }\n}\n";

Deno.test("a patch of which one part does not fit changes nothing at all", async () => {
  await using place = new Workspace({ "a.js": CODE, "b.js": "b\n" }, { grants: "write" });
  const patch = [
    "*** Begin Patch",
    "*** Add File: new.js",
    "+new",
    "*** Delete File: b.js",
    "*** Update File: a.js",
    "@@ class A {",
    "   run() {",
    "-    return 7;",
    "+    return 2;",
    "*** End Patch",
  ].join("\n");
  const result = await place.call("apply_patch", { patch });
  assert.equal(result.code, "tool_failed");
  assert.match(
    result.content,
    /hunk 1 of 1 in a\.js does not fit: there is no line ` +return 7;`.*nothing was changed/,
  );
  assert.deepEqual([place.text("a.js"), place.text("b.js"), place.has("new.js")], [CODE, "b\n", false]);
  assert.equal(place.permitted, 0);
});

Deno.test("when the disk refuses one file, those that were written are put back", async () => {
  await using place = new Workspace({ "a.txt": "a\n", "z.txt": "z\n" }, { grants: "write" });
  Deno.chmodSync(join(place.root, "z.txt"), 0o444);
  const patch = "--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-a\n+A\n--- a/z.txt\n+++ b/z.txt\n@@ -1 +1 @@\n-z\n+Z\n";
  const result = await place.call("apply_patch", { patch });
  assert.match(result.content, /z\.txt could not be written: .*nothing was changed/);
  assert.deepEqual([place.text("a.txt"), place.text("z.txt")], ["a\n", "z\n"]);
});

Deno.test("what cannot be understood, or fits several places, is refused with the line", async () => {
  await using place = new Workspace({ "a.js": CODE }, { grants: "write" });
  const patch = (text: string) => place.call("apply_patch", { patch: text });
  assert.match((await patch("please change a.js")).content, /The patch names no file/);
  assert.match((await patch("*** Begin Patch\n*** Update File: a.js\n@@\nreturn 1;\n")).content, /Line 4 of the patch/);
  const twice = await patch(
    "*** Begin Patch\n*** Update File: a.js\n@@\n-    return 1;\n+    return 2;\n*** End Patch",
  );
  assert.match(twice.content, /fits 2 places, lines 5, 11/);
  assert.match((await patch("*** Begin Patch\n*** Add File: a.js\n+x\n")).content, /a\.js is there already/);
  assert.match((await patch("*** Begin Patch\n*** Delete File: b.js\n")).content, /There is no file b\.js/);
  assert.equal((await patch("*** Begin Patch\n*** Delete File: a.js\n*** Add File: a.js\n+x\n")).code, "usage");
  assert.equal((await patch("*** Begin Patch\n*** Delete File: a.js\n*** Delete File: ./a.js\n")).code, "usage");
  assert.equal(place.text("a.js"), CODE);
});

Deno.test("the envelope adds, updates behind an anchor, moves and deletes", async () => {
  await using place = new Workspace({ "a.js": CODE, "old.sh": "one\ntwo\n", "gone.js": "x" }, { grants: "write" });
  Deno.chmodSync(join(place.root, "old.sh"), 0o755);
  const patch = `*** Begin Patch
*** Update File: a.js
@@ class B {
   run() {
-    return 1;
+    return 2;
   }
@@
 }
+// the end
*** End of File
*** Add File: lib/new.js
+one
+
+two
*** Update File: old.sh
*** Move to: bin/new.sh
@@
-two
+2
*** Delete File: gone.js
*** End Patch
`;
  const result = await place.call("apply_patch", { input: patch });
  assert.equal(result.content, "Patched:\nM a.js\nA lib/new.js\nA bin/new.sh\nD old.sh\nD gone.js");
  const code = CODE.split("\n");
  code[10] = "    return 2;";
  code.splice(13, 0, "// the end");
  assert.equal(place.text("a.js"), code.join("\n"));
  assert.equal(place.text("lib/new.js"), "one\n\ntwo\n");
  assert.equal(place.text("bin/new.sh"), "one\n2\n");
  assert.equal((Deno.statSync(join(place.root, "bin/new.sh")).mode ?? 0) & 0o777, 0o755);
  assert.deepEqual([place.has("old.sh"), place.has("gone.js")], [false, false]);
});

Deno.test("a unified diff applies with wrong numbers, in a CRLF file, to new, renamed and deleted files", async () => {
  await using place = new Workspace({ "a.js": CODE, "crlf.txt": "1\r\n2\r\n3\r\n", "b.txt": "b\n", "c.txt": "c" }, {
    grants: "write",
  });
  const patch = `diff --git a/a.js b/a.js
index 1..2 100644
--- a/a.js
+++ b/a.js
@@ -9,9 +9,9 @@ class B {
   run() {
-    return 1;
+    return 2;
   }

--- a/crlf.txt
+++ b/crlf.txt
@@ -1,3 +1,4 @@
 1
-2
+two
+2b
 3
--- /dev/null
+++ b/n.txt
@@ -0,0 +1,2 @@
+n1
+n2
--- a/b.txt
+++ /dev/null
@@ -1 +0,0 @@
-b
--- a/c.txt
+++ b/d.txt
@@ -1 +1 @@
-c
+d
\\ No newline at end of file
`;
  const result = await place.call("apply_patch", { patch });
  assert.equal(result.content, "Patched:\nM a.js\nM crlf.txt\nA n.txt\nD b.txt\nA d.txt\nD c.txt");
  assert.equal(place.text("a.js"), CODE.replace(/(class B[^]*)return 1/, "$1return 2"));
  assert.equal(place.text("crlf.txt"), "1\r\ntwo\r\n2b\r\n3\r\n");
  assert.deepEqual([place.text("n.txt"), place.text("d.txt"), place.has("b.txt")], ["n1\nn2\n", "d", false]);
});

Deno.test("context lines stay as the file has them, and one question shows all files", async () => {
  await using place = new Workspace({ "a.txt": "one  \ntwo\nthree\t\n", "b.txt": "b\n" }, {
    grants: { approve: ["write"] },
  });
  place.answer = true;
  const patch =
    "--- a.txt\n+++ a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n--- b.txt\n+++ b.txt\n@@ -1 +1,2 @@\n b\n+c\n";
  assert.equal((await place.call("apply_patch", { patch })).isError, false);
  assert.equal(place.text("a.txt"), "one  \n2\nthree\t\n");
  assert.equal(place.asked.length, 1);
  assert.equal(place.asked[0]?.action, "write a.txt, b.txt");
  assert.match(place.asked[0]?.detail ?? "", /-two\n\+2[^]*\+\+\+ b\.txt[^]*\+c/);
});
