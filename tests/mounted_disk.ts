// Small file systems of a test's own, to be filled up or broken. Mounting needs rights that not every machine gives.

/** Why no file system can be mounted here; null: it can. Asked once, before the tests are declared. */
export async function mountRefusal(options: string[]): Promise<string | null> {
  const folder = await Deno.makeTempDir({ prefix: "odw-mount-" });
  try {
    await using _disk = options.includes("ext4") ? await LoopDisk.mount(folder) : await MemoryDisk.mount(folder, "1m");
    return null;
  } catch (error) {
    return (error as Error).message.trim();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A tmpfs that ends at `size`, as `4m`. */
export class MemoryDisk implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  static async mount(folder: string, size: string): Promise<MemoryDisk> {
    await Deno.mkdir(folder, { recursive: true });
    await command("mount", "-t", "tmpfs", "-o", `size=${size},mode=700`, "tmpfs", folder);
    return new MemoryDisk(folder);
  }

  /** Any mount option: `size=8m`, `ro`, `rw`. */
  async remount(option: string): Promise<void> {
    await command("mount", "-o", `remount,${option}`, this.folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await command("umount", this.folder);
  }
}

/** An ext4 in a file beside `folder`, which can turn read-only under those who write to it. */
export class LoopDisk implements AsyncDisposable {
  private constructor(readonly folder: string, readonly image: string) {}

  /** `options`: of mkfs.ext4. */
  static async mount(folder: string, options: string[] = []): Promise<LoopDisk> {
    const image = `${folder}.image`;
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeFile(image, new Uint8Array());
    await Deno.truncate(image, 32 * 2 ** 20);
    try {
      await command("mkfs.ext4", "-q", ...options, image);
      await command("mount", "-o", "loop", image, folder);
    } catch (error) {
      await Deno.remove(image);
      throw error;
    }
    return new LoopDisk(folder, image);
  }

  /** Makes safe what was written so far. */
  async sync(): Promise<void> {
    await command("sync", "--file-system", this.folder);
  }

  /** From now on every write fails, as after an error of the disk. */
  async break(): Promise<void> {
    await command("mount", "-o", "remount,abort", this.folder);
  }

  /** Checks the file system and mounts it again. Nobody may have it open. */
  async repair(): Promise<void> {
    await command("umount", this.folder);
    await command("e2fsck", "-fy", this.image).catch((error) => {
      if (!(error instanceof CommandError && error.code === 1)) throw error;
    });
    await command("mount", "-o", "loop", this.image, this.folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await command("umount", this.folder);
    await Deno.remove(this.image);
  }
}

/**
 * An ext4 on a device that promises more blocks than it has: one that was never written exists only while there is room for it.
 * (A request of which the first block is there and the others are not is said to have been written: so answers a loop device on Linux.)
 */
export class ThinDisk implements AsyncDisposable {
  private constructor(readonly device: MemoryDisk, readonly disk: LoopDisk) {}

  /** `options`: of mkfs.ext4. */
  static async mount(folder: string, options: string[] = []): Promise<ThinDisk> {
    const device = await MemoryDisk.mount(`${folder}.device`, "40m");
    try {
      // Blocks as large as the pages of the device's memory: each is there or not.
      const made = ["-b", "4096", "-E", "lazy_journal_init=1,lazy_itable_init=0,nodiscard", ...options];
      return new ThinDisk(device, await LoopDisk.mount(`${device.folder}/disk`, made));
    } catch (error) {
      await device[Symbol.asyncDispose]();
      throw error;
    }
  }

  get folder(): string {
    return this.disk.folder;
  }

  /** Writes once to every block that files can have: from then on only blocks of the file system's own journal may be missing. */
  async backFiles(): Promise<void> {
    await fill(`${this.folder}/ballast`);
    await this.disk.sync();
    await Deno.remove(`${this.folder}/ballast`);
    await this.disk.sync();
  }

  /** From now on a write to a block that was never written fails. */
  async exhaust(): Promise<void> {
    await fill(`${this.device.folder}/ballast`);
  }

  async refill(): Promise<void> {
    await Deno.remove(`${this.device.folder}/ballast`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.disk[Symbol.asyncDispose]();
    await this.device[Symbol.asyncDispose]();
    await Deno.remove(this.device.folder);
  }
}

/** Leaves no free block. */
export async function fill(path: string): Promise<void> {
  using file = await Deno.open(path, { create: true, write: true });
  for (let size = 65_536; size >= 1;) {
    try {
      await file.write(new Uint8Array(size));
    } catch {
      size = Math.floor(size / 2);
    }
  }
}

class CommandError extends Error {
  constructor(message: string, readonly code: number) {
    super(message);
  }
}

async function command(program: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command(program, { args, stdout: "null", stderr: "piped" }).output();
  if (code === 0) return;
  throw new CommandError(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`, code);
}
