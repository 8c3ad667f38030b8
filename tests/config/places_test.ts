// Homes and working directories: made when missing, named when unusable.
import assert from "node:assert/strict";
import { projectFolders } from "../../src/config/places.ts";
import { temporaryUser } from "./config_harness.ts";

Deno.test("without HOME and ODW_HOME the message names both", async () => {
  await using user = await temporaryUser();
  const error = await user.refuse({ HOME: "" });
  assert.equal(error.code, "config");
  assert.match(error.message, /neither ODW_HOME nor HOME is set/);
});

Deno.test("a file in the home's place, or above it, is named with what to do", async () => {
  await using user = await temporaryUser();
  const file = `${user.repository}/file`;
  await user.write(file, "");
  for (const home of [file, `${file}/below`]) {
    const error = await user.refuse({ ODW_HOME: home });
    assert.equal(error.code, "config");
    assert.ok(error.message.includes(home) && error.message.includes("set ODW_HOME"), error.message);
  }
});

Deno.test({
  name: "a home that cannot be written is named with what to do",
  ignore: Deno.build.os === "windows" || Deno.uid() === 0,
  async fn() {
    await using user = await temporaryUser();
    await Deno.mkdir(user.home, { recursive: true });
    await Deno.chmod(user.home, 0o500);
    assert.match((await user.refuse()).message, /cannot use odw's home .*set ODW_HOME/);
  },
});

Deno.test({
  name: "a home where nothing can be made is named with what to do",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using user = await temporaryUser();
    const error = await user.refuse({ ODW_HOME: "/proc/odw" });
    assert.equal(error.code, "config");
    assert.match(error.message, /cannot use odw's home \/proc\/odw/);
  },
});

Deno.test("a missing home is made for its user alone and nothing is left in it", async () => {
  await using user = await temporaryUser();
  const { settings } = await user.load();
  assert.equal(settings.home, user.home);
  const { mode } = await Deno.stat(user.home);
  if (Deno.build.os !== "windows") assert.equal(mode! & 0o777, 0o700);
  assert.deepEqual([...Deno.readDirSync(user.home)], []);
});

Deno.test("ODW_HOME may be relative or begin with ~, and HOME is not needed with it", async () => {
  await using user = await temporaryUser();
  assert.equal((await user.load({ ODW_HOME: "state" })).settings.home, `${user.cwd}/state`);
  assert.equal((await user.load({ ODW_HOME: "~/x" })).settings.home, user.home.replace(".odw", "x"));
  const { settings } = await user.load({ ODW_HOME: `${user.repository}/h`, HOME: "" });
  assert.deepEqual([settings.home, settings.userHome], [`${user.repository}/h`, ""]);
});

Deno.test("a working directory that is missing or a file is a usage error", async () => {
  await using user = await temporaryUser();
  await user.write(`${user.cwd}/file`, "");
  const missing = await user.refuse({}, { cwd: `${user.cwd}/none` });
  const file = await user.refuse({}, { cwd: `${user.cwd}/file` });
  assert.deepEqual([missing.code, file.code], ["usage", "usage"]);
  assert.match(missing.message, /there is no such folder/);
  assert.match(file.message, /it is not a folder/);
});

Deno.test("project folders lead from the working directory to the repository root, else are the former alone", () => {
  assert.deepEqual(projectFolders("/r/a/b", "/r"), ["/r/a/b", "/r/a", "/r"]);
  assert.deepEqual(projectFolders("/r", "/r"), ["/r"]);
  assert.deepEqual(projectFolders("/r/a/b", null), ["/r/a/b"]);
  assert.deepEqual(projectFolders("/a/b", "/elsewhere"), ["/a/b"]);
});
